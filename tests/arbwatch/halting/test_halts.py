"""A halt from the exporter to the engine and back, over restarts of either."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from arbwatch import Engine
from arbwatch.halting.last_known import FILE_NAME
from tests.arbwatch.exporters import KillableExporter
from tests.client import Client
from tests.conftest import RunningExporter, free_port, wait_until
from tests.exporter.test_control_unstored import stalled

VENUES = ("kalshi", "polymarket")


def test_a_halt_is_obeyed_and_acknowledged(exporter: RunningExporter) -> None:
    """The callback runs, its open orders are told, and only that venue stops."""
    told: list[tuple[str, bool]] = []

    def on_control(venue: str, halted: bool) -> int:
        told.append((venue, halted))
        return 0

    api = exporter.client
    engine = Engine(api.url, name="e")
    engine.on_control(on_control)
    with engine:
        wait_until(lambda: engine.may_trade("kalshi"))
        api.post("/api/venues/kalshi/halt", {"actor": "alice"})
        wait_until(lambda: not engine.may_trade("kalshi"))
        assert engine.may_trade("polymarket")
        wait_until(lambda: kalshi(api)["state"] == "acknowledged")

        api.post("/api/venues/kalshi/resume", {})
        wait_until(lambda: engine.may_trade("kalshi"))
        wait_until(lambda: told == [("kalshi", True), ("kalshi", False)])

    assert not engine.may_trade("kalshi")


def test_open_orders_are_seen_to_go(exporter: RunningExporter) -> None:
    """The callback is called again until it returns 0, and each count is acknowledged."""
    counts = [2, 0]
    engine = Engine(exporter.client.url, name="e")
    engine.on_control(lambda venue, halted: counts.pop(0))
    with engine:
        exporter.client.post("/api/venues/kalshi/halt", {})
        wait_until(lambda: len(acknowledged(exporter.client)) == 2)

    assert acknowledged(exporter.client) == [0, 2]


def test_a_failing_callback_acknowledges_nothing(exporter: RunningExporter) -> None:
    """An engine that could not cancel its orders has not halted; it is asked again."""
    attempts: list[str] = []
    engine = Engine(exporter.client.url, name="e")
    engine.on_control(fails_once(attempts))
    with engine:
        wait_until(lambda: engine.may_trade("kalshi"))
        exporter.client.post("/api/venues/kalshi/halt", {"actor": "alice"})
        wait_until(lambda: kalshi(exporter.client)["state"] == "acknowledged")

    assert attempts == ["kalshi", "kalshi"]


def test_a_short_restart_of_the_exporter_stops_nothing(tmp_path: Path) -> None:
    """The permission holds from before the crash until the exporter is heard again."""
    exporter = KillableExporter(tmp_path / "ledger.db")
    exporter.start()
    with Engine(exporter.client.url, name="e") as engine:
        wait_until(lambda: engine.may_trade("kalshi"))
        exporter.kill()
        exporter.start()
        assert engine.may_trade("kalshi")

        exporter.client.post("/api/venues/kalshi/halt", {})

        wait_until(lambda: not engine.may_trade("kalshi"))
        assert engine.may_trade("polymarket")
    exporter.kill()


def test_a_halt_that_the_exporter_lost_is_kept_and_told(tmp_path: Path) -> None:
    """It never got on disk; the engine that heard of it reports it, until somebody decides."""
    exporter = KillableExporter(tmp_path / "ledger.db")
    exporter.start()
    api = exporter.client
    with Engine(api.url, name="e") as engine:
        wait_until(lambda: engine.may_trade("kalshi"))
        with stalled(tmp_path / "ledger.db"):
            api.post("/api/venues/kalshi/halt", {})
            wait_until(lambda: not engine.may_trade("kalshi"))
            exporter.kill()
        exporter.start()

        wait_until(lambda: api.sample("arb_errors_total", kind="halt_kept", venue="kalshi") == 1)
        assert kalshi(api)["state"] == "running"
        assert not engine.may_trade("kalshi")
        assert engine.may_trade("polymarket")

        for order in ("halt", "resume"):  # each once the disk has taken it
            wait_until(lambda to=order: api.post(f"/api/venues/kalshi/{to}", {}).ok)  # type: ignore[misc]
        wait_until(lambda: engine.may_trade("kalshi"))
    exporter.kill()


def test_nothing_may_trade_before_the_exporter_was_heard() -> None:
    """Silence is no permission."""
    with Engine(f"http://127.0.0.1:{free_port()}", name="e") as engine:
        assert not engine.may_trade("kalshi")


def test_what_may_trade_before_contact_was_not_halted_when_last_heard(
    exporter: RunningExporter, tmp_path: Path
) -> None:
    """An engine that starts while the exporter is away starts as it was told to stand."""
    with Engine(exporter.client.url, name="e", state_dir=tmp_path) as engine:
        exporter.client.post("/api/venues/kalshi/halt", {})
        wait_until(lambda: engine.may_trade("polymarket") and not engine.may_trade("kalshi"))
        wait_until(lambda: kalshi(exporter.client)["state"] == "acknowledged")

    away = f"http://127.0.0.1:{free_port()}"
    with Engine(away, name="e", state_dir=tmp_path, trade_before_contact=VENUES) as engine:
        assert not engine.may_trade("kalshi")
        assert engine.may_trade("polymarket")


def test_a_damaged_memory_is_no_permission(exporter: RunningExporter, tmp_path: Path) -> None:
    """Until the exporter says otherwise, which mends it."""
    path = tmp_path / "e" / FILE_NAME
    path.parent.mkdir()
    path.write_text('{"kalshi":')
    away = f"http://127.0.0.1:{free_port()}"
    with Engine(away, name="e", state_dir=tmp_path, trade_before_contact=VENUES) as engine:
        assert not any(map(engine.may_trade, VENUES))

    with Engine(exporter.client.url, name="e", state_dir=tmp_path) as engine:
        wait_until(lambda: all(map(engine.may_trade, VENUES)))
        wait_until(lambda: "polymarket" in path.read_text())


def kalshi(api: Client) -> Any:
    """Where Kalshi stands."""
    return next(row for row in api.get("/api/venues") if row["venue"] == "kalshi")


def acknowledged(api: Client) -> list[int | None]:
    """The open orders of every acknowledgement, the newest first."""
    return [row["open_orders"] for row in api.get("/api/audit") if row["action"] == "ack"]


def fails_once(attempts: list[str]) -> Callable[[str, bool], int]:
    """A callback that raises at its first call."""

    def on_control(venue: str, _halted: bool) -> int:
        attempts.append(venue)
        if len(attempts) == 1:
            raise RuntimeError("the venue did not answer")
        return 0

    return on_control
