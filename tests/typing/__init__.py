"""What type checkers are told of the public names. mypy reads it with all other tests; nothing here is run."""
