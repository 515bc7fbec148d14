"""Starts the whole of Arbwatch on one machine, and stops it without a trace."""
