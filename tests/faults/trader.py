"""An engine to be killed: `python -m tests.faults.trader URL STATE_DIR`.

Prints 1 when it may trade on Kalshi and 0 when it may not, at its start and at each change. It may
trade before it heard the exporter, unless it knows of a halt: so what it knows is what counts.
"""

import sys
import time
from pathlib import Path

from arbwatch import Engine

VENUE = "kalshi"


def main(url: str, state_dir: Path) -> None:
    """Look until killed."""
    shown = None
    engine = Engine(url, name="trader", state_dir=state_dir, trade_before_contact=[VENUE])
    engine.on_control(lambda _venue, _halted: 0)
    with engine:
        while True:
            if (now := engine.may_trade(VENUE)) is not shown:
                shown = now
                print(int(now), flush=True)
            time.sleep(0.001)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
