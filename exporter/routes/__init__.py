"""The REST calls, one file a kind: what is pushed, what is read, control, operations."""
