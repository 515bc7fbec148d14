"""Past events put through the exporter again, and what it exposed then written for Prometheus."""
