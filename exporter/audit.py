"""`python -m exporter.audit [ledger]`: whether the audit trail holds, in one line.

The exporter may be running. 0: it holds; 1: it was changed, from the entry that is named; 2: it
cannot be read.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from exporter.errors import StartError
from exporter.ledger.trail import Trail, check_trail
from exporter.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Check one ledger and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m exporter.audit", description=__doc__)
    parser.add_argument("ledger", type=Path, nargs="?", help="default: the file of DATABASE_URL")
    given: Path | None = parser.parse_args(arguments).ledger
    try:
        path = given or Settings().ledger_path
        trail = check_trail(path)
    except ValidationError as error:
        names = ", ".join(str(each["loc"][0]) for each in error.errors())
        print(f"audit: not a valid setting: {names}", file=sys.stderr)
        return 2
    except StartError as error:
        print(f"audit: {error}", file=sys.stderr)
        return 2
    print(f"{path}: {_found(trail)}")
    return 0 if trail.broken is None else 1


def _found(trail: Trail) -> str:
    if trail.broken is not None:
        return f"entry {trail.broken} does not follow the one before it; {_held(trail)} before it"
    return f"{_held(trail)}; the last hash is {trail.last_hash}"


def _held(trail: Trail) -> str:
    span = f", {_time(trail.first)} to {_time(trail.last)}" if trail.first and trail.last else ""
    return f"{trail.entries} entries hold{span}"


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


if __name__ == "__main__":
    sys.exit(main())
