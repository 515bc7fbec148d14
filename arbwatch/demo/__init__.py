"""The demo engine: one recorded pair, simulated ones around it, and how an engine uses arbwatch."""
