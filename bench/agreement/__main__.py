"""`python -m bench.agreement [--pairs N]`: `GET /api/stats` of the recorded 21 days against numpy.

Exit code 1 where a figure differs.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.request import Request, urlopen

from arbwatch.demo.replay import RECORDED_PAIR_ID
from arbwatch.wire import encode_batch
from bench import services
from bench.agreement.comparison import FIRST_DAY, LAST_DAY, compare, table, totals
from bench.agreement.recording import Results, play_recording
from bench.services import Service

BATCH = 1000
DEFAULT_PAIRS = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare the recorded pair alone, then with simulated ones; 0 when all figures agree."""
    parser = argparse.ArgumentParser(prog="python -m bench.agreement", description=__doc__)
    parser.add_argument("--pairs", type=int, default=DEFAULT_PAIRS, help="simulated pairs")
    pairs = parser.parse_args(arguments).pairs
    agreed = [_compare(count) for count in dict.fromkeys((0, pairs))]
    return 0 if all(agreed) else 1


def _compare(pairs: int) -> bool:
    results = play_recording(pairs=pairs)
    with services.folder() as state, services.exporter(state) as service:
        for batch in batches(results):
            _post(service, batch)
        figures = compare(lambda path: json.loads(service.get(path)), results)
    fills, undone = len(results.fills), len(results.reversals)
    beside = f" and {pairs} simulated pairs" if pairs else ""
    print(f"{RECORDED_PAIR_ID}{beside}, {FIRST_DAY} to {LAST_DAY}")
    print(f"{fills:,} fills at the times of the recording, {undone} of them reversed\n")
    print(f"{totals(figures)}\n\n{table(figures)}")
    differ = [figure for figure in figures if not figure.agrees]
    for figure in differ:
        print(f"DIFFERS: {figure.part} {figure.row} {figure.name}: {figure}")
    print(f"\n{len(figures) - len(differ):,} of {len(figures):,} figures agree\n", flush=True)
    return not differ


def batches(results: Results) -> Iterator[bytes]:
    """Bodies for `POST /api/events`, in order of time."""
    events: list[Any] = results.in_order()
    for first in range(0, len(events), BATCH):
        yield encode_batch(events[first : first + BATCH])


def _post(service: Service, body: bytes) -> None:
    url = f"http://127.0.0.1:{service.port}/api/events"
    request = Request(url, data=body, headers={"Content-Type": "application/x-ndjson"})
    with urlopen(request, timeout=30) as answer:
        receipt = json.loads(answer.read())
    if receipt["rejected"]:
        raise RuntimeError(f"refused: {receipt['rejected'][0]}")


if __name__ == "__main__":
    sys.exit(main())
