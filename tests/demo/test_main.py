"""The command: what it says, what it refuses."""

import pytest

from arbwatch.demo.__main__ import how_to_drop, introduction, main
from arbwatch.demo.run import Options
from arbwatch.demo.scenarios import SCENARIOS


def test_the_start_tells_recorded_from_simulated() -> None:
    """Acceleration, threshold, the strategy's own limit, fees, scenario: nothing is hidden."""
    options = Options(run="r", scenario=SCENARIOS["backlogged-feed"])

    text = introduction(options, doing="pushing to nowhere")

    assert "Replayed 1,800 times faster, one instant in 1 s" in text
    assert 'Simulated: 20 pairs titled "[simulated]"' in text
    assert "fills from 0.5 cents net. The strategy's limit is 2.5" in text
    assert "Polymarket none on the recorded" in text
    assert "Scenario: backlogged-feed: Kalshi's feed is read too slowly" in text
    assert "run r, seed arbwatch" in text


def test_the_quiet_scenario_says_that_it_replays_a_part() -> None:
    """Only the calm days, and no simulated pairs."""
    options = Options(run="r", scenario=SCENARIOS["quiet"])

    text = introduction(options, doing="pushing to nowhere")

    assert "over and over, up to the first that would fill." in text
    assert "Simulated: 0 pairs" in text


def test_two_tokens_are_one_too_many(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever sets both means one of them, and nobody knows which."""
    monkeypatch.setenv("EXPORTER_TOKEN", "s3cret")
    monkeypatch.setenv("EXPORTER_TOKEN_FILE", "/no/such")

    with pytest.raises(SystemExit):
        main([])

    told = capsys.readouterr().err
    assert "EXPORTER_TOKEN_FILE" in told and "s3cret" not in told


@pytest.mark.parametrize(
    "arguments",
    [
        ["--scenario", "unheard-of"],
        ["--speed", "0"],
        ["--speed", "inf"],
        ["--rate", "-1"],
        ["--pairs", "-1"],
        ["--threshold", "nan"],
    ],
)
def test_options_without_sense_end_the_start(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """One line that names the option, exit code not 0."""
    with pytest.raises(SystemExit) as stopped:
        main(arguments)

    assert stopped.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def test_a_container_is_reached_through_docker_compose() -> None:
    """Its first process has another number outside, and 1 is somebody else there."""
    assert how_to_drop(4711) == "kill -USR1 4711"
    assert how_to_drop(1) == "docker-compose kill -s USR1 demo"
