"""Whether the exporter's statistics agree with another computation of the same numbers."""
