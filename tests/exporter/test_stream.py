"""The stream: every fact once, in order, over reconnects and restarts."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from exporter.routes import examples
from exporter.stream import QUEUE_ENTRIES, Subscription
from tests.client import Client, fill
from tests.conftest import RunningExporter

Message = tuple[str, int, dict[str, Any]]


def follow(api: Client, last_id: int | None = None, *, query: str = "") -> Iterator[Message]:
    """(event, id, data) of each message of GET /api/stream."""
    headers = {} if last_id is None else {"Last-Event-ID": str(last_id)}
    url = f"{api.url}/api/stream{query}"
    with requests.get(url, headers=headers, stream=True, timeout=30) as answer:
        fields: dict[str, str] = {}
        for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "event" in fields:
                yield fields["event"], int(fields["id"]), json.loads(fields["data"])
                fields = {}


def test_a_new_reader_starts_at_the_newest_fact(api: Client) -> None:
    """`ready` tells where it starts; what was stored before is not repeated."""
    api.post("/api/fills", fill("before"))
    messages = follow(api)

    ready = next(messages)
    api.post("/api/fills", fill("after"))

    assert ready == ("ready", 1, {})
    event, seq, data = next(messages)
    assert (event, seq, data["fill_id"]) == ("fill", 2, "after")


def test_every_kind_of_fact_is_told(api: Client) -> None:
    """Fills, errors, breaches and control records, each under its own event name."""
    messages = follow(api)
    next(messages)

    api.post("/api/errors", examples.ERROR)
    api.post("/api/breaches", examples.BREACH)
    api.post("/api/venues/kalshi/halt", {"actor": "alice"})

    told = [next(messages) for _ in range(3)]
    assert [event for event, _, _ in told] == ["error", "breach", "control"]
    assert told[0][2]["kind"] == "execution_timeout"
    assert told[1][2]["value"] == -50
    assert told[2][2]["actor"] == "alice"


def test_a_reader_resumes_without_gap_or_repeat_after_a_restart(
    exporter: RunningExporter, ledger_path: Path
) -> None:
    """With its last id it gets exactly what followed, stored before or after it came back."""
    exporter.client.post("/api/fills", [fill(f"f-{i}") for i in range(1200)])
    exporter.stop()
    restarted = RunningExporter(ledger_path)
    restarted.start()

    messages = follow(restarted.client, last_id=100)
    ready = next(messages)
    restarted.client.post("/api/fills", fill("new"))
    seqs = [next(messages)[1] for _ in range(1101)]

    assert ready[:2] == ("ready", 100)
    assert seqs == list(range(101, 1202))
    restarted.stop()


def test_an_id_from_another_ledger_starts_at_the_newest_fact(api: Client) -> None:
    """A cursor beyond the head cannot be resumed; `ready` says where the stream really is."""
    assert next(follow(api, last_id=99)) == ("ready", 0, {})


def test_a_reader_gets_only_the_kinds_it_asks_for(api: Client) -> None:
    """Live, and read again after an id of whichever kind."""
    live = follow(api, query="?kinds=control,breach")
    next(live)
    api.post("/api/fills", [fill(f"f-{i}") for i in range(3)])
    api.post("/api/venues/kalshi/halt", {"actor": "alice"})
    api.post("/api/errors", examples.ERROR)
    api.post("/api/breaches", examples.BREACH)

    told = [next(live)[:2] for _ in range(2)]
    again = follow(api, last_id=2, query="?kinds=control")
    read = [next(again)[:2] for _ in range(2)]

    assert told == [("control", 4), ("breach", 6)]
    assert read == [("ready", 2), ("control", 4)]


@pytest.mark.parametrize("kinds", ["orders", "control,", ""])
def test_an_unknown_kind_is_refused(api: Client, kinds: str) -> None:
    """Rather than wait for ever for what never comes."""
    answer = requests.get(f"{api.url}/api/stream?kinds={kinds}", timeout=30)

    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "kinds"
    assert "control" in answer.json()["error"]["message"]


async def test_a_slow_reader_is_cut_off() -> None:
    """Its queue is bounded: when full it ends, and the reader comes back with its last id."""
    subscription = Subscription()
    entry: Any = object()

    taken = [subscription.offer(entry) for _ in range(QUEUE_ENTRIES + 1)]
    received = [await subscription.next() for _ in range(QUEUE_ENTRIES + 1)]

    assert taken == [True] * QUEUE_ENTRIES + [False]
    assert received[-1] is None
