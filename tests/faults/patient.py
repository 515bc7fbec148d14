"""The exporter with more patience: `python -m tests.faults.patient`.

In service an order is answered within a second or two even if the disk has not taken it yet. Where
a test needs each order on disk, a machine that stalls must not look like a disk that fails.
"""

import sys

from exporter.__main__ import main
from exporter.control import Patience

if __name__ == "__main__":
    sys.exit(main(patience=Patience(halt_seconds=20, resume_seconds=20)))
