"""What the engine's ear acknowledges, and what it permits, one round at a time."""

import msgspec
import pytest

from arbwatch.control import LEASE_SECONDS, HaltState, VenueControl
from arbwatch.control_link import ControlLink
from arbwatch.lease import Lease
from tests.arbwatch.scripted import Reply, Request, ScriptedServer
from tests.client import Client


def listening(api: Client, lease: Lease) -> ControlLink:
    """A link that is not started: the test says when it asks."""
    return ControlLink(api.url, engine="e", lease=lease)


def test_an_engine_that_neither_listens_nor_asks_acknowledges_nothing(
    api: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """It may well go on trading; one warning names what to do."""
    link = listening(api, Lease())
    api.post("/api/venues/kalshi/halt", {})

    link.poll()
    link.poll()

    assert api.get("/api/venues")[1]["state"] == "requested"
    assert caplog.text.count("on_control()") == caplog.text.count("may_trade()") == 1


def test_an_engine_that_asks_acknowledges_by_itself(api: Client) -> None:
    """The lease obeys for it, also if it asked only after the halt; of orders it knows nothing."""
    lease = Lease()
    link = listening(api, lease)
    api.post("/api/venues/kalshi/halt", {})
    link.poll()

    assert not lease.may_trade("kalshi")
    link.poll()

    kalshi = api.get("/api/venues")[1]
    assert (kalshi["state"], kalshi["acks"][0]["open_orders"]) == ("acknowledged", None)


def test_a_deaf_engine_says_nothing_while_nothing_is_halted(
    api: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """A resume asks nothing of it."""
    link = listening(api, Lease())
    api.post("/api/venues/kalshi/halt", {})
    api.post("/api/venues/kalshi/resume", {})

    link.poll()

    assert "on_control" not in caplog.text


def test_a_slow_answer_is_worth_what_is_left_of_it() -> None:
    """The lease counts from the question: what was halted after it is in no answer."""
    clock = [0.0]
    lease = Lease(lambda: clock[0])
    running = VenueControl(
        venue="kalshi",
        state=HaltState.RUNNING,
        seq=0,
        since=None,
        halts=[],
        acks=[],
        fills_since=0,
    )

    def script(_request: Request) -> Reply:
        clock[0] += 10.0
        return Reply(200, msgspec.json.encode([running]))

    with ScriptedServer(script) as server:
        ControlLink(server.url, engine="e", lease=lease).poll()

    assert lease.may_trade("kalshi")
    clock[0] = LEASE_SECONDS
    assert not lease.may_trade("kalshi")


def test_a_slow_callback_brings_no_permission_back(api: Client) -> None:
    """What was halted while it ran stays forbidden, though the answer before it said otherwise."""
    clock = [0.0]
    lease = Lease(lambda: clock[0])
    permitted: list[bool] = []

    def cancel_slowly(_venue: str, _halted: bool) -> int:
        permitted.append(lease.may_trade("polymarket"))
        api.post("/api/venues/polymarket/halt", {})
        clock[0] += LEASE_SECONDS
        return 0

    link = listening(api, lease)
    link.on_control = cancel_slowly
    api.post("/api/venues/kalshi/halt", {})

    link.poll()

    permitted.append(lease.may_trade("polymarket"))
    assert permitted == [True, False]
    link.poll()
    assert not lease.may_trade("polymarket")


def test_a_failing_callback_holds_up_no_other_venue(
    api: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """All are halted: the one whose orders cannot be cancelled is asked for again."""
    told: list[str] = []

    def cancel(venue: str, _halted: bool) -> int:
        told.append(venue)
        if venue == "polymarket":
            raise ConnectionError("the venue does not answer")
        return 0

    link = listening(api, Lease())
    link.on_control = cancel
    api.post("/api/venues/all/halt", {})

    link.poll()
    link.poll()

    states = {row["venue"]: row["state"] for row in api.get("/api/venues")}
    assert (states["polymarket"], states["kalshi"]) == ("requested", "acknowledged")
    assert told.count("polymarket") == 2
    assert "callback failed" in caplog.text
