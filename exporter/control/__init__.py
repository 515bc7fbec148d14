"""Control: halts, resumes, acknowledgements, and what they mean for each venue and fill."""

from exporter.control.control import Control

__all__ = ["Control"]
