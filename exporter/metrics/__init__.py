"""Everything the exporter counts, observes and exposes."""

from exporter.metrics.metrics import Metrics

__all__ = ["Metrics"]
