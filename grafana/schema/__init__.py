"""Strict JSON Schemas of what Grafana's versions know, made from Grafana's own types."""
