"""The limits in force: the only place where others ask for them, each time they need one."""

from pathlib import Path

from exporter import limits as limits_file


class LimitsInForce:
    """Holds the limits as they were read last; whoever needs one asks `now` each time.

    Raises:
        StartError: at the start, when the file cannot be used.
    """

    def __init__(self, path: Path, *, venues: tuple[str, ...]) -> None:
        self.now = limits_file.load(path, venues=venues)
