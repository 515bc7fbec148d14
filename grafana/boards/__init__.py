"""The dashboards, each a table of contents of its rows."""
