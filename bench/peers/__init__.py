"""What the exporter is measured against."""
