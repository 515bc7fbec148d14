"""What the engine's ear permits, round by round, and what must not hold it up."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from arbwatch.bearer.access import Access
from arbwatch.control import LEASE_SECONDS
from arbwatch.halting.control_link import ControlLink
from arbwatch.halting.last_known import LastKnown
from arbwatch.halting.lease import Lease
from tests.arbwatch.rows import halted, row
from tests.arbwatch.scripted import Reply, Request, ScriptedServer
from tests.client import Client
from tests.conftest import wait_until

Link = Callable[[str, Lease], ControlLink]


@pytest.fixture
def link() -> Iterator[Link]:
    """Makes links that are not started: the test says when they ask. They wait long for answers."""
    made: list[ControlLink] = []

    def make(url: str, lease: Lease) -> ControlLink:
        made.append(
            ControlLink(
                url,
                access=Access("e"),
                lease=lease,
                last_known=LastKnown(None),
                timeout_seconds=60,
            )
        )
        return made[-1]

    yield make
    for each in made:
        each.close()


def state(api: Client, venue: str) -> str:
    """Where a venue stands."""
    return str({row["venue"]: row["state"] for row in api.get("/api/venues")}[venue])


def test_an_engine_that_asks_acknowledges_by_itself(api: Client, link: Link) -> None:
    """The lease obeys for it, also if it asked only after the halt; of orders it knows nothing."""
    lease = Lease()
    api.post("/api/venues/kalshi/halt", {})
    link(api.url, lease).ask()

    assert not lease.may_trade("kalshi")
    assert lease.may_trade("polymarket")

    wait_until(lambda: state(api, "kalshi") == "acknowledged")
    assert api.get("/api/venues")[1]["acks"][0]["open_orders"] is None


def test_a_slow_answer_is_worth_what_is_left_of_it(link: Link) -> None:
    """The lease counts from the question: what was halted after it is in no answer."""
    clock = [0.0]
    lease = Lease(lambda: clock[0])

    def script(_request: Request) -> Reply:
        clock[0] += 10.0
        return Reply(200, msgspec.json.encode([row(0)]))

    with ScriptedServer(script) as server:
        link(server.url, lease).ask()

    assert lease.may_trade("kalshi")
    clock[0] = LEASE_SECONDS
    assert not lease.may_trade("kalshi")


def test_a_slow_callback_holds_up_neither_lease_nor_other_venue(api: Client, link: Link) -> None:
    """While Kalshi's orders are being cancelled Polymarket is renewed, halted and acknowledged."""
    clock = [0.0]
    lease = Lease(lambda: clock[0])
    may_end = threading.Event()

    def on_control(venue: str, _halted: bool) -> int:
        if venue == "kalshi":
            may_end.wait(60)
        return 0

    ear = link(api.url, lease)
    ear.on_control = on_control
    api.post("/api/venues/kalshi/halt", {})
    ear.ask()
    clock[0] = LEASE_SECONDS
    ear.ask()
    assert lease.may_trade("polymarket")

    api.post("/api/venues/polymarket/halt", {})
    ear.ask()

    assert not lease.may_trade("polymarket")
    wait_until(lambda: state(api, "polymarket") == "acknowledged")
    assert state(api, "kalshi") in ("requested", "unconfirmed")
    may_end.set()
    wait_until(lambda: state(api, "kalshi") == "acknowledged")


def test_a_failing_callback_holds_up_no_other_venue(api: Client, link: Link) -> None:
    """All are halted: the one whose orders cannot be cancelled is asked for again."""
    told: list[str] = []

    def cancel(venue: str, _halted: bool) -> int:
        told.append(venue)
        if venue == "polymarket" and told.count(venue) == 1:
            raise ConnectionError("the venue does not answer")
        return 0

    ear = link(api.url, Lease())
    ear.on_control = cancel
    api.post("/api/venues/all/halt", {})

    ear.ask()

    wait_until(lambda: {state(api, "polymarket"), state(api, "kalshi")} == {"acknowledged"})
    assert (told.count("polymarket"), told.count("kalshi")) == (2, 1)


def test_an_old_ledger_gives_no_permission(link: Link) -> None:
    """A number lower than one seen before: the venue counts as halted, the others do not."""
    lease = Lease()
    answers = [[row(9)], [row(8), row(0, venue="polymarket")], [row(10)]]
    with ScriptedServer(lambda request: Reply(200, msgspec.json.encode(answers[0]))) as server:
        ear = link(server.url, lease)
        ear.ask()
        assert lease.may_trade("kalshi")

        answers.pop(0)
        ear.ask()
        assert not lease.may_trade("kalshi") and lease.may_trade("polymarket")

        answers.pop(0)
        ear.ask()
        assert lease.may_trade("kalshi")


@pytest.mark.parametrize(
    "answer",
    [
        Reply(200, b"<html>"),
        Reply(200, b'[{"venue":"kalshi","state":"running"'),
        Reply(200, b"\xff"),
        Reply(200, b'[{"venue":"kalshi","state":"perhaps","seq":1}]'),
        Reply(200, b"[" * 100_000),
        Reply(200, b'[{"venue"', cut_after=4),
        Reply(302, headers={"Location": "/elsewhere"}),
        Reply(500),
    ],
)
def test_an_answer_that_is_none_gives_and_takes_nothing(
    link: Link, answer: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    """What was permitted lapses by itself; the log says that the exporter is not heard."""
    clock = [0.0]
    lease = Lease(lambda: clock[0])
    answers = [Reply(200, msgspec.json.encode([row(0)])), answer]
    caplog.set_level("INFO")
    with ScriptedServer(lambda request: answers[0]) as server:
        ear = link(server.url, lease)
        ear.ask_safely()
        answers.pop(0)
        clock[0] = 1.0

        ear.ask_safely()

    assert lease.may_trade("kalshi")
    clock[0] = LEASE_SECONDS
    assert not lease.may_trade("kalshi")
    assert caplog.records[-1].message.startswith("control: the exporter is not heard (")


def test_a_venue_that_is_not_named_does_not_run(link: Link) -> None:
    """Silence about one is no permission either."""
    lease = Lease()
    with ScriptedServer(lambda request: Reply(200, b"[]")) as server:
        lease.renew({"kalshi"})
        link(server.url, lease).ask()

    assert not lease.may_trade("kalshi")


def test_without_a_stream_the_engine_polls(tmp_path: Path) -> None:
    """A server that has no stream is asked every second, and a halt is acknowledged."""
    lease = Lease()
    answers = [msgspec.json.encode([row(0)])]

    def script(request: Request) -> Reply:
        return Reply(404) if "/stream" in request.path else Reply(200, answers[-1])

    with ScriptedServer(script) as server:
        ear = ControlLink(server.url, access=Access("e"), lease=lease, last_known=LastKnown(None))
        ear.start()
        wait_until(lambda: lease.may_trade("kalshi"))

        answers.append(msgspec.json.encode([halted(4)]))
        wait_until(lambda: not lease.may_trade("kalshi"))

        wait_until(lambda: any(request.path.endswith("/kalshi/ack") for request in server.requests))
        ear.close()
