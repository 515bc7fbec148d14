"""The sender against servers that misbehave: order, retries, poison, and what it tells."""

from pathlib import Path

import msgspec
import pytest

from arbwatch.answers import Receipt, Rejection
from arbwatch.bearer.access import Access
from arbwatch.sending.dead_letters import FILE_NAME
from arbwatch.sending.sender import Sender
from tests.arbwatch.samples import QUICK, edge, fill, latency, sending
from tests.arbwatch.scripted import Reply, Request, ScriptedServer, accepted, fill_ids
from tests.conftest import free_port, wait_until


def test_retry_after_is_honoured() -> None:
    """One that was asked to wait a minute keeps still while another tries ten times."""
    patient = ScriptedServer(lambda _request: Reply(429, headers={"Retry-After": "60"}))
    eager = ScriptedServer(lambda _request: Reply(429))

    with patient, eager, sending(patient.url) as waiting, sending(eager.url) as trying:
        waiting.push(fill("f-1"))
        wait_until(lambda: len(patient.requests) == 1)
        trying.push(fill("f-1"))
        wait_until(lambda: len(eager.requests) >= 10)

    assert len(patient.requests) == 1


@pytest.mark.parametrize(
    "status", [408, 425, 429, 500, 502, 503, 504, 302, 401, 403, 404, 405, 407, 418]
)
def test_a_retry_repeats_the_batch_exactly(status: int) -> None:
    """Same bytes, same number, however often it takes; then the next one."""
    refusals = iter([Reply(status)] * 3)

    def script(request: Request) -> Reply:
        return next(refusals, None) or accepted(request)

    with ScriptedServer(script) as server, sending(server.url) as sender:
        sender.push(fill("f-1"))
        wait_until(lambda: sender.stats().sent == 1)
        sender.push(fill("f-2"))
        wait_until(lambda: sender.stats().sent == 2)

    first, *retries, last = server.requests
    assert retries == [first] * 3
    session, _, number = first.batch_id.rpartition("-")
    assert last.batch_id == f"{session}-{int(number) + 1}"
    assert (first.engine, fill_ids([last])) == ("e", ["f-2"])


@pytest.mark.parametrize("status", [400, 409, 413, 415, 422])
def test_an_event_at_fault_is_not_sent_again(status: int, tmp_path: Path) -> None:
    """The bytes will never do, so it is put aside at once."""
    with (
        ScriptedServer(lambda _request: Reply(status)) as server,
        sending(server.url, tmp_path) as sender,
    ):
        sender.push(fill("f-1"))
        wait_until(lambda: sender.stats().rejected == 1)

    assert len(server.requests) == 1
    assert (tmp_path / "e" / FILE_NAME).exists()


def test_a_wrong_url_costs_no_fact(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Said in `stats` and once in the log; the fill waits on disk, not among the dead letters."""
    with (
        ScriptedServer(lambda _request: Reply(404)) as server,
        sending(server.url + "/wrong", tmp_path) as sender,
    ):
        sender.push(fill("f-1"))
        wait_until(lambda: len(server.requests) > 2 and sender.stats().spooled == 1)
        stats = sender.stats()

    assert (stats.last_error, stats.rejected) == ("wrong URL, or no access: status 404", 0)
    assert caplog.text.count("events are waiting: wrong URL") == 1
    assert not (tmp_path / "e" / FILE_NAME).exists()


@pytest.mark.parametrize("content", [b"", b"{}", b"<html>", b'{"accepted":1}'[:-1]])
def test_an_answer_that_is_no_receipt_is_no_success(content: bytes) -> None:
    """Whatever said 200 there, it was not the exporter."""
    answers = iter([Reply(200, content)])

    def script(request: Request) -> Reply:
        return next(answers, None) or accepted(request)

    with ScriptedServer(script) as server, sending(server.url) as sender:
        sender.push(fill("f-1"))
        wait_until(lambda: sender.stats().sent == 1)

    assert fill_ids(server.requests) == ["f-1", "f-1"]


def test_an_answer_cut_short_is_no_success() -> None:
    """The receipt must be whole."""
    answers = iter(
        [Reply(200, msgspec.json.encode(Receipt(accepted=1)), cut_after=n) for n in (0, 5)]
    )

    def script(request: Request) -> Reply:
        return next(answers, None) or accepted(request)

    with ScriptedServer(script) as server, sending(server.url) as sender:
        sender.push(fill("f-1"))
        wait_until(lambda: sender.stats().sent == 1)

    assert len(server.requests) == 3
    assert len({request.batch_id for request in server.requests}) == 1


def test_poison_takes_no_neighbour_along(tmp_path: Path) -> None:
    """A batch refused whole is halved until the guilty event is alone; that one is put aside."""

    def script(request: Request) -> Reply:
        return Reply(400) if b"poison" in request.body else accepted(request)

    with ScriptedServer(script) as server, sending(server.url, tmp_path) as sender:
        for number in range(100):
            sender.push(fill("poison" if number == 37 else f"f-{number}"))
        wait_until(lambda: sender.stats().queued == 0)
        stats = sender.stats()

    good = [request for request in server.requests if b"poison" not in request.body]
    assert fill_ids(good) == [f"f-{number}" for number in range(100) if number != 37]
    assert (stats.sent, stats.rejected) == (99, 1)
    letter = msgspec.json.decode((tmp_path / "e" / FILE_NAME).read_bytes())
    assert (letter["reason"], letter["event"]["fill_id"]) == ("status 400", "poison")


def test_events_refused_in_a_receipt_are_put_aside(tmp_path: Path) -> None:
    """By their place in the batch, with the exporter's reason."""

    def script(request: Request) -> Reply:
        refused = [
            Rejection(index=place, code="out_of_range", message="too much", field="size_usd")
            for place, event in enumerate(request.events)
            if event["fill_id"] == "f-1"
        ]
        receipt = Receipt(accepted=len(request.events) - len(refused), rejected=refused)
        return Reply(200, msgspec.json.encode(receipt))

    with ScriptedServer(script) as server, sending(server.url, tmp_path) as sender:
        for number in range(3):
            sender.push(fill(f"f-{number}"))
        wait_until(lambda: sender.stats().sent == 2)

    assert sender.stats().rejected == 1
    letter = msgspec.json.decode((tmp_path / "e" / FILE_NAME).read_bytes())
    assert (letter["reason"], letter["event"]["fill_id"]) == ("out_of_range size_usd", "f-1")


def test_what_json_cannot_say_is_put_aside(tmp_path: Path) -> None:
    """A lone surrogate is no Unicode; its neighbours are sent."""
    with ScriptedServer() as server, sending(server.url, tmp_path) as sender:
        for fill_id in ("f-1", "\ud800", "f-2"):
            sender.push(fill(fill_id))
        wait_until(lambda: sender.stats().queued == 0)
        stats = sender.stats()

    assert fill_ids(server.requests) == ["f-1", "f-2"]
    assert (stats.sent, stats.rejected) == (2, 1)
    assert "cannot_be_encoded" in (tmp_path / "e" / FILE_NAME).read_text()


def test_a_full_queue_keeps_facts_and_the_newest(tmp_path: Path) -> None:
    """With nobody there and no room, older measurements go, counted; facts and newest stay."""
    options = msgspec.structs.replace(QUICK, max_queued=20, batch_events=1)
    with sending(f"http://127.0.0.1:{free_port()}", tmp_path, options) as sender:
        for number in range(100):
            sender.push(edge(f"p-{number % 5}"))
            sender.push(latency(number))
        sender.push(fill("f-1"))
        wait_until(lambda: sender.stats().queued <= 22)
        stats = sender.stats()

        assert stats.queued + stats.dropped == 201
        wait_until(lambda: sender.stats().spooled == 1)


def test_the_sender_reports_on_itself(tmp_path: Path) -> None:
    """Beside the events, never counted among them, even where the exporter does not take it."""
    options = msgspec.structs.replace(QUICK, report_seconds=0.02)

    def script(request: Request) -> Reply:
        return Reply(400) if b'"sender"' in request.body else accepted(request)

    with ScriptedServer(script) as server, sending(server.url, tmp_path, options) as sender:
        for number in range(5):
            sender.push(fill(f"f-{number}"))
        wait_until(lambda: sender.stats().sent == 5)
        before = len(reports(server))
        # The first may have been made earlier, the one behind it was not.
        wait_until(lambda: len(reports(server)) > before + 1)
        stats = sender.stats()

    report = msgspec.json.decode(reports(server)[-1].splitlines()[-1])
    assert (report["engine"], report["queued"], report["dropped"]) == ("e", 0, 0)
    assert (stats.sent, stats.rejected) == (5, 0)


def reports(server: ScriptedServer) -> list[bytes]:
    """What was sent with a report of the sender in it."""
    return [request.body for request in server.requests if b'"sender"' in request.body]


def test_closing_twice_or_before_the_start_is_harmless() -> None:
    """An engine's clean-up need not know how far it came."""
    sender = Sender("http://127.0.0.1:1", access=Access("e"), folder=None, options=QUICK)
    sender.close(timeout_seconds=1)

    sender.start()

    sender.close(timeout_seconds=0)
    sender.close(timeout_seconds=0)


def test_what_is_pushed_before_the_start_is_sent_after_it() -> None:
    """Until then it is counted as queued."""
    with ScriptedServer() as server:
        sender = Sender(server.url, access=Access("e"), folder=None, options=QUICK)
        sender.push(fill("f-1"))
        assert sender.stats().queued == 1

        sender.start()
        wait_until(lambda: sender.stats().sent == 1)

        sender.close(timeout_seconds=1)


def test_what_is_pushed_after_the_close_shows_as_queued(tmp_path: Path) -> None:
    """Nobody takes it any more, and `stats` does not hide that."""
    with ScriptedServer() as server:
        with sending(server.url, tmp_path) as sender:
            sender.push(fill("f-1"))
            wait_until(lambda: sender.stats().sent == 1)

        sender.push(fill("f-2"))

    stats = sender.stats()
    assert (stats.queued, stats.spooled, stats.sent) == (1, 0, 1)
    assert fill_ids(server.requests) == ["f-1"]
