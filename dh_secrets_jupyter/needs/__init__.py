"""What notebooks and scripts need, read from their code without running it; ``commands`` says what ``reader`` finds."""
