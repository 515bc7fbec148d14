"""What the engine's ear acknowledges, and what it permits, one round at a time."""

import pytest

from arbwatch.control_link import ControlLink
from arbwatch.lease import Lease
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
