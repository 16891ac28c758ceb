"""What several folders of tests share, and no single one owns."""
