"""The exporter with more patience: `python -m tests.faults.patient`.

In service an order is answered within a second or two even if the disk has not taken it yet. Where
a test needs each order on disk, a machine that stalls must not look like a disk that fails.
"""

import sys
from functools import partial

import exporter.app
from exporter.__main__ import main
from exporter.control import Control

PATIENCE_SECONDS = 20.0

if __name__ == "__main__":
    patient = partial(Control, halt_seconds=PATIENCE_SECONDS, resume_seconds=PATIENCE_SECONDS)
    setattr(exporter.app, "Control", patient)  # noqa: B010
    sys.exit(main())
