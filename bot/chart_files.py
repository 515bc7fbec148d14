"""Charts as files, for a terminal that shows no pictures."""

import tempfile
from pathlib import Path

from bot.commands import Chart


class ChartFiles:
    """Writes each chart into a file of its own."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory or Path(tempfile.gettempdir())

    def write(self, chart: Chart) -> str:
        """A line that says where the chart is, or why it is nowhere."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                dir=self._directory, prefix=f"arbwatch-{chart.name}-", suffix=".png", delete=False
            ) as file:
                file.write(chart.png)
        except OSError as failed:
            return f"⚠️ No chart: {self._directory}: {failed.strerror}"
        return f"Chart: {file.name}"
