"""Control: halts, resumes, acknowledgements, and what they mean for each venue and fill."""

from exporter.control.control import IN_SERVICE, Control, Patience

__all__ = ["IN_SERVICE", "Control", "Patience"]
