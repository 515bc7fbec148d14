"""The exporter with more patience: `python -m tests.faults.patient`.

In service an order is answered within a second or two even if the disk has not taken it yet. Where
a test needs each order on disk, a machine that stalls must not look like a disk that fails.
"""

import sys
from typing import Any

import exporter.app
from exporter.__main__ import main
from exporter.control import Control

PATIENCE_SECONDS = 20.0


def patient(*parts: Any, **settings: Any) -> Control:
    """The control that the exporter would have, but for its patience."""
    patience = {"halt_seconds": PATIENCE_SECONDS, "resume_seconds": PATIENCE_SECONDS}
    return Control(*parts, **(settings | patience))


if __name__ == "__main__":
    setattr(exporter.app, "Control", patient)  # noqa: B010
    sys.exit(main())
