"""What can be shown, one file a topic; each function returns one panel."""
