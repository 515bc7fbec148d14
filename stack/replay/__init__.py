"""Rules and dashboards tried on a past: a Prometheus of its own, and what would have fired."""
