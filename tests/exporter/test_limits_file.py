"""limits.yml: what may stand in it, and what is said of what may not."""

import re
from pathlib import Path

import pytest

from exporter import limits_file
from exporter.errors import StartError
from tests.conftest import LIMITS

VENUES = ("polymarket", "kalshi")

# Limit, what stands there instead, and what is said of it.
WRONG = [
    ("equity_usd", "0", "equity_usd is 0, and must be a number above 0"),
    ("equity_usd", "-5", "equity_usd is -5, and must be a number above 0"),
    ("equity_usd", ".nan", "equity_usd is nan, and must be a number above 0"),
    ("equity_usd", ".inf", "equity_usd is inf, and must be a number above 0"),
    ("equity_usd", "10,000", "equity_usd is '10,000', and must be a number above 0"),
    ("equity_usd", "", "equity_usd is None, and must be a number above 0"),
    ("equity_usd", "{kalshi: 5}", "equity_usd is {'kalshi': 5}, and must be a number above 0"),
    ("min_net_edge", "true", "min_net_edge is True, and must be a number above 0"),
    ("hedges_in_time", "1", "hedges_in_time is 1, and must be a share from 0.95 and below 1"),
    ("concurrent_pairs", "7.5", "concurrent_pairs is 7.5, and must be a whole number from 1"),
    ("min_capture", "50", "min_capture is 50, and must be a share above 0 and at most 1"),
    ("one_legged", "0", "one_legged is 0, and must be a whole number from 1"),
    ("daily_loss", "1.5", "daily_loss is 1.5, and must be a share above 0 and at most 1"),
    ("drawdown", "5%", "drawdown is '5%', and must be a share above 0 and at most 1"),
    ("error_rate", "[1]", "error_rate is [1], and must be a share above 0 and at most 1"),
    ("feed_cuts", "0", "feed_cuts is 0, and must be a whole number from 1"),
    ("availability", "0.9", "availability is 0.9, and must be a share from 0.95 and below 1"),
    # Beside other limits.
    ("weekly_loss", "0.005", "weekly_loss is 0.005, and must be at least daily_loss, 0.01"),
    ("monthly_loss", "0.02", "monthly_loss is 0.02, and must be at least weekly_loss, 0.03"),
    (
        "contract_exposure",
        "6000",
        "contract_exposure of polymarket is 6000, and must be at most venue_exposure, 5000",
    ),
    # By what measures it.
    (
        "hedge_timeout",
        "0.22",
        "hedge_timeout is 0.22, and must be where a bucket ends: "
        "0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 1, 2.5, 5",
    ),
    (
        "median_slippage",
        "20",
        "median_slippage is 20, and must be below 20: no more than that is measured",
    ),
    (
        "feed_latency",
        "30",
        "feed_latency of polymarket is 30, and must be below 30: no more than that is measured",
    ),
    # By venue.
    ("feed_latency", "{kalshi: 2}", "feed_latency must name exactly the venues polymarket, kalshi"),
    (
        "feed_silence",
        "{polymarket: 10, kalshi: 10, betfair: 10}",
        "feed_silence must name exactly the venues polymarket, kalshi",
    ),
    (
        "feed_silence",
        "{polymarket: 10, kalshi: 0}",
        "feed_silence of kalshi is 0, and must be a number above 0",
    ),
    (
        "venue_exposure",
        "{polymarket: 5000, kalshi: 200}",
        "contract_exposure of kalshi is 250, and must be at most venue_exposure, 200",
    ),
]


def refusal(path: Path) -> str:
    """What is said of a file that cannot be used, after its name."""
    with pytest.raises(StartError) as refused:
        limits_file.load(path, venues=VENUES)
    assert refused.value.message.startswith(f"{path}: ")
    assert "\n" not in refused.value.message
    return refused.value.message.removeprefix(f"{path}: ")


def changed(folder: Path, name: str, value: str) -> Path:
    """The repository's file with another value of one limit."""
    text, times = re.subn(rf"(?m)^{name}:[^#\n]*", f"{name}: {value} ", LIMITS.read_text())
    assert times == 1
    path = folder / "limits.yml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(("name", "value", "said"), WRONG)
def test_a_wrong_limit_is_named_with_what_is_allowed(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    """One line: file, limit, what is wrong, what it must be."""
    assert refusal(changed(tmp_path, name, value)) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must list limits, one `name: value` a line"),
        ("- daily_loss", "must list limits, one `name: value` a line"),
        ("daily_lost: 1", "'daily_lost' is no limit; is it daily_loss?"),
        (
            "1: 1",
            "1 is no limit; there are equity_usd, min_net_edge, hedge_timeout, hedges_in_time",
        ),
        ("? [a]\n: 1", "not valid YAML at line 1"),
        ("a: [", "not valid YAML at line 1"),
        ("daily_loss: 1\ndaily_loss: 0.01", "'daily_loss' is there twice, again at line 2"),
        ("feed_cuts: {kalshi: 1, kalshi: 2}", "'kalshi' is there twice, again at line 1"),
        ("a: 2001-99-99", "not UTF-8 text, or no YAML that can be read"),
        ("[" * 5000, "not UTF-8 text, or no YAML that can be read"),
        ("a: !!timestamp x", "not UTF-8 text, or no YAML that can be read"),
        ("a: !!bool x", "not UTF-8 text, or no YAML that can be read"),
        ("\udcff", "not UTF-8 text, or no YAML that can be read"),
        (f"equity_usd: 0x{'f' * 9000}", "not UTF-8 text, or no YAML that can be read"),
        ("? 'a\\nb'\n: 1", "'a\\\\nb' is no limit; there are equity_usd"),
        ("equity_usd: 1", "min_net_edge is missing"),
    ],
)
def test_a_wrong_file_is_said_to_be_so(tmp_path: Path, text: str, said: str) -> None:
    """Whatever it is, on one line."""
    path = tmp_path / "limits.yml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))

    assert refusal(path).startswith(said)


def test_every_limit_is_needed(tmp_path: Path) -> None:
    """Each one that is left out is named: there are no defaults to guess."""
    path = tmp_path / "limits.yml"
    names = re.findall(r"(?m)^(\w+):", LIMITS.read_text())

    for name in names:
        path.write_text(re.sub(rf"(?m)^{name}:.*$", "", LIMITS.read_text()))
        assert refusal(path) == f"{name} is missing"


def test_a_limit_of_venues_may_differ_by_venue(tmp_path: Path) -> None:
    """Each venue has its own series then."""
    limits = limits_file.load(
        changed(tmp_path, "feed_latency", "{polymarket: 2, kalshi: 3.5}"), venues=VENUES
    )

    shown = limits.series(VENUES)

    assert (shown["feed_latency", "polymarket"], shown["feed_latency", "kalshi"]) == (2, 3.5)
    assert shown["daily_loss", "all"] == shown["drawdown", "all"] / 5 == 100


def test_bounds_may_be_touched(tmp_path: Path) -> None:
    """Equal losses, the whole of the equity, and all of a venue in one contract are allowed."""
    path = tmp_path / "limits.yml"
    text = re.sub(r"(?m)^(daily|weekly|monthly)_loss:[^#]*", r"\1_loss: 1 ", LIMITS.read_text())
    path.write_text(text.replace("contract_exposure: 250", "contract_exposure: 5000"))

    limits = limits_file.load(path, venues=VENUES)

    assert (limits.daily_loss, limits.of_venue("contract_exposure", "kalshi")) == (1, 5000)
