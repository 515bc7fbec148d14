"""The drill before it begins, what it writes down, and what it leaves: the rest needs the stack."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from arbwatch import Engine
from arbwatch.control import Halt, Via
from bench.drill.__main__ import main
from bench.drill.scene import is_ours
from bench.drill.tidying import tidied_up
from bench.drill.timeline import Moment, Report, Timeline
from bench.stage.errors import StepFailed
from bench.stage.stack import Stack
from stack.settings import StackSettings
from tests.conftest import RunningExporter, free_port, wait_until


@pytest.fixture
def settings(
    exporter: RunningExporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> StackSettings:
    """A stack of which only the exporter runs; the settings are in the environment, too."""
    secrets = tmp_path / "var" / "secrets"
    secrets.mkdir(parents=True)
    (secrets / "operator_token").write_text("token")
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("EXPORTER_PORT", exporter.client.url.rpartition(":")[2])
    return StackSettings()


def halt(actor: str, via: Via) -> Halt:
    """An open halt of Kalshi."""
    return Halt(
        halt_id=1, scope="kalshi", reason="r", actor=actor, via=via, since=datetime.now(UTC)
    )


@pytest.mark.usefixtures("settings")
def test_it_does_not_play_without_the_demo(capsys: pytest.CaptureFixture[str]) -> None:
    """A halt that nobody acknowledges would show nothing."""
    assert main([]) == 1
    assert "only the demo may be in contact; found: none" in capsys.readouterr().err


@pytest.mark.usefixtures("settings")
def test_it_does_not_play_with_an_engine_of_somebodys(
    exporter: RunningExporter, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even where the demo is there as well: its trading would be halted."""
    with Engine(exporter.client.url, name="demo"), Engine(exporter.client.url, name="mine"):
        wait_until(lambda: exporter.client.get("/api/venues")[0]["engines"] == ["demo", "mine"])

        assert main([]) == 1

    assert "found: demo, mine" in capsys.readouterr().err
    assert exporter.client.get("/api/audit") == []


@pytest.mark.usefixtures("settings")
def test_it_does_not_play_where_it_cannot_kill(
    exporter: RunningExporter, capsys: pytest.CaptureFixture[str]
) -> None:
    """Processes that were not started by `make up` have no pid file."""
    with Engine(exporter.client.url, name="demo"):
        wait_until(lambda: exporter.client.get("/api/venues")[0]["engines"] == ["demo"])

        assert main([]) == 1

    assert "exporter.pid names no exporter that runs" in capsys.readouterr().err


@pytest.mark.usefixtures("settings")
def test_it_does_not_play_on_a_halted_venue(
    exporter: RunningExporter, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody's halt is theirs to end."""
    exporter.client.post("/api/venues/polymarket/halt", {"actor": "ann"})
    with Engine(exporter.client.url, name="demo"):
        wait_until(lambda: exporter.client.get("/api/venues")[0]["engines"] == ["demo"])

        assert main([]) == 1

    assert "polymarket is" in capsys.readouterr().err


def test_it_says_when_nothing_runs(
    monkeypatch: pytest.MonkeyPatch, settings: StackSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line that tells how to start it."""
    monkeypatch.setenv("EXPORTER_PORT", str(free_port()))

    assert main([]) == 1
    assert capsys.readouterr().err.endswith("start the stack, make up\n")


@pytest.mark.parametrize(
    ("actor", "via", "expected"),
    [
        ("drill-trader (800000000824200832)", "discord", True),
        ("ArbFeedSilent", "rule", True),
        ("ArbDailyLossExceeded", "rule", False),
        ("ann (800000000824200832)", "discord", False),
        ("mine", "engine", False),
    ],
)
def test_it_knows_its_own_halts(actor: str, via: Via, expected: bool) -> None:
    """Those of its people, and the one that follows from the feed that it takes away."""
    assert is_ours(halt(actor, via)) is expected


def test_it_ends_its_own_halts_and_no_others(
    exporter: RunningExporter, settings: StackSettings
) -> None:
    """Also when it is interrupted in the middle."""
    for actor in ("drill-trader (1)", "ann"):
        exporter.client.post("/api/venues/kalshi/halt", {"actor": actor, "via": "discord"})

    with pytest.raises(KeyboardInterrupt), tidied_up(Stack(settings)):
        raise KeyboardInterrupt

    (kalshi,) = [v for v in exporter.client.get("/api/venues") if v["venue"] == "kalshi"]
    assert [each["actor"] for each in kalshi["halts"]] == ["ann"]


def test_a_timeline_names_each_step_once(capsys: pytest.CaptureFixture[str]) -> None:
    """What became known together stands in the order in which it happened."""
    timeline = Timeline()
    with timeline.step("halt") as step:
        later, sooner = (step.began + timedelta(days=days) for days in (2, 1))
        step.saw_all([Moment(later, "confirmed", True), Moment(sooner, "ordered")])

    printed = [line.split() for line in capsys.readouterr().out.splitlines() if line]
    assert [line[0] for line in printed] == ["step", "halt", "confirmed"]
    assert printed[1][1] == "ordered"
    assert printed[2][-1] == "ok"
    assert timeline.report().holds


def test_what_breaks_a_step_is_entered() -> None:
    """A service that is away in the middle is no step that held."""
    timeline = Timeline()

    with pytest.raises(ConnectionError), timeline.step("halt"):
        raise ConnectionError

    assert [(row.what, row.holds) for row in timeline.report().rows] == [("ConnectionError", False)]
    assert not timeline.report().holds


def test_what_does_not_hold_is_entered_and_ends_the_step() -> None:
    """The reader of the JSON sees what was seen instead."""
    timeline = Timeline()

    with pytest.raises(StepFailed), timeline.step("halt") as step:
        step.check(False, "0 entries", otherwise="2 entries")

    report = msgspec.json.decode(msgspec.json.encode(timeline.report()), type=Report)
    assert [(row.step, row.what, row.holds) for row in report.rows] == [
        ("halt", "2 entries", False)
    ]
    assert not report.holds
