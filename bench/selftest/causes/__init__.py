"""What brings about each alert, by topic."""
