"""When an alert would have fired, from the times at which its expression held."""

import pytest

from stack.replay.fired import Firing, Judged, as_alerts, firing_times, told


@pytest.mark.parametrize(
    ("held", "hold", "keep", "fired"),
    [
        ([], 0, 0, []),
        ([15], 0, 0, [(15, 30)]),
        ([15, 30, 45], 0, 0, [(15, 60)]),
        ([15, 30, 75], 0, 0, [(15, 45), (75, 90)]),
        ([15, 30], 30, 0, []),
        ([15, 30, 45, 60], 30, 0, [(45, 75)]),
        ([15, 45, 75], 30, 0, []),
        ([15], 0, 60, [(15, 90)]),
        ([15, 75], 0, 60, [(15, 150)]),
        ([15, 105], 0, 60, [(15, 90), (105, 180)]),
    ],
)
def test_an_alert_fires_after_it_held_and_for_as_long_as_it_is_kept(
    held: list[int], hold: int, keep: int, fired: list[tuple[int, int]]
) -> None:
    """Evaluated every 15 seconds, as Prometheus has `for` and `keep_firing_for`."""
    points = [(float(at), 1.0) for at in held]

    times = firing_times(points, every=15, hold=hold, keep=keep)

    assert [(start, end) for start, end, _ in times] == fired


def test_the_largest_value_is_told() -> None:
    """Of the time in which it held."""
    points = [(15.0, 2.0), (30.0, 7.0), (45.0, 3.0)]

    assert firing_times(points, every=15, hold=0, keep=0) == [(15, 60, 7)]


def test_what_fired_becomes_the_series_that_prometheus_keeps_of_it() -> None:
    """At every step while it fired; text between quotes made safe."""
    firing = Firing("ArbX", {"venue": 'k"', "severity": "critical"}, 20, 60, 1)

    text = list(as_alerts([firing], 15))

    labels = 'alertname="ArbX",alertstate="firing",severity="critical",venue="k\\""'
    assert text == [f"ALERTS{{{labels}}} 1 {at}\n" for at in (30, 45)] + ["# EOF\n"]


def test_the_table_says_what_fired_what_was_silent_and_what_cannot_be_told() -> None:
    """Many firings of one alert are summed up."""
    firings = [Firing("ArbX", {"venue": "kalshi"}, at, at + 30, 4.5) for at in range(0, 1200, 60)]

    table = told(Judged(firings, ["ArbY"], ["ArbW"], {"ArbZ": ["arb_z"]})).splitlines()

    assert table[1].split() == ["ArbX", "kalshi", "1970-01-01", "00:00:00", "0:00:30", "4.5"]
    assert table[9].split() == ["…", "20", "times", "0:10:00", "in", "all"]
    assert table[10:] == [
        "Silent: ArbY",
        "Judged in part, since --step is over half of a window: ArbW",
        "Not judged, since nothing of this past tells what they ask for:",
        "  ArbZ: arb_z",
    ]


def test_a_quiet_past_says_so() -> None:
    """No empty table."""
    assert told(Judged([], ["ArbY"])).splitlines()[0] == "No alert would have fired."
