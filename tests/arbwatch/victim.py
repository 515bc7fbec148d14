"""An engine to be killed: `python -m tests.arbwatch.victim URL STATE_DIR FIRST`.

Pushes fills numbered from FIRST, a few each millisecond, and prints the number up to which they
are safe: delivered or on disk.
"""

import sys
import time
from pathlib import Path

from arbwatch import Engine
from tests.arbwatch.samples import QUICK, fill


def main(url: str, state_dir: Path, first: int) -> None:
    """Push until killed."""
    number = first
    with Engine(url, name="victim", state_dir=state_dir, options=QUICK) as engine:
        stats = engine.stats()
        recovered = stats.queued + stats.sent
        while True:
            for _ in range(5):
                engine.push(fill(f"f-{number}"))
                number += 1
            stats = engine.stats()
            print(number, first + stats.sent + stats.spooled - recovered, flush=True)
            time.sleep(0.001)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
