"""/exposure and /pair against a real exporter and a stand-in for Prometheus."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from arbwatch.answers import ExposureTotal
from arbwatch.events import utc_now
from bot.commands import Commands
from bot.commands.drawing import Drawing
from bot.commands.exposure import fullest_first
from bot.exporter_api import ExporterApi
from bot.prometheus_api import PrometheusApi
from tests.bot.asking import ask
from tests.bot.conftest import NOBODY_LISTENS
from tests.bot.drawn import chart_of
from tests.bot.metrics_server import MetricsServer
from tests.client import Client, edge, fill


@pytest.fixture
async def prometheus() -> AsyncIterator[MetricsServer]:
    """A Prometheus that knows the limits of every venue."""
    async with MetricsServer() as server:
        server.limits = {
            "venue_exposure": {"kalshi": 5000, "polymarket": 5000},
            "min_net_edge": {"all": 2.5},
        }
        yield server


@pytest.fixture
async def drawn(api: Client, prometheus: MetricsServer) -> AsyncIterator[Commands]:
    """Commands that know exporter and Prometheus."""
    exporter = ExporterApi(api.url, timeout_seconds=30)
    metrics = PrometheusApi(prometheus.url, timeout_seconds=30)
    drawing = Drawing()
    yield Commands(exporter, prometheus=metrics, drawing=drawing)
    drawing.close()
    await exporter.close()
    await metrics.close()


def row(venue: str, usd: float, positions: int) -> dict[str, Any]:
    """A row of an exposure snapshot."""
    figures = {"total_notional_usd": usd, "num_positions": positions}
    return {"venue": venue, "category": "crypto"} | figures


async def test_exposure_against_the_limits(drawn: Commands, api: Client) -> None:
    """As the rules compare them; what is over its limit stands out."""
    api.post("/api/exposure", [row("kalshi", 1250.4, 3), row("polymarket", 6000, 1)])

    answer = await ask(drawn, "exposure")

    assert answer.text == (
        "📦 Open Exposure\n"
        "🚨 POLYMARKET: $6,000 of $5,000 (120%)\n   1 position\n"
        "KALSHI: $1,250 of $5,000 (25%)\n   3 positions"
    )
    assert chart_of(answer) == "exposure"


def test_the_fullest_venue_comes_first() -> None:
    """Full by its own limit, not by the amount; in the text as in the chart."""
    amounts = {"a": 4000, "b": 900, "c": 9000}
    totals = [
        ExposureTotal(name=name, total_notional_usd=usd, num_positions=1)
        for name, usd in amounts.items()
    ]

    ordered = fullest_first(totals, {"a": 5000.0, "b": 1000.0})

    assert [total.name for total in ordered] == ["b", "a", "c"]


async def test_exposure_without_prometheus_says_that_limits_are_not_known(api: Client) -> None:
    """The bars are still drawn."""
    exporter, metrics = ExporterApi(api.url, timeout_seconds=30), PrometheusApi(NOBODY_LISTENS)
    api.post("/api/exposure", [row("kalshi", 10, 1)])

    answer = await ask(Commands(exporter, prometheus=metrics), "exposure")

    assert answer.text == (
        "📦 Open Exposure\nKALSHI: $10\n   1 position\n"
        "⚠️ The limits are not known: Prometheus does not answer."
    )
    assert answer.result == "unavailable"
    assert chart_of(answer) == "exposure"
    await exporter.close()
    await metrics.close()


async def test_a_pair_with_edge_history_and_fills(
    drawn: Commands, api: Client, prometheus: MetricsServer
) -> None:
    """However many edges are larger; fills of other pairs are left out."""
    figures = {"entry_edge_cents": 3.2, "realized_edge_cents": 2.5, "pnl_cents": -150}
    api.post("/api/fills", [fill("f1", pair_id="pm-1:k-2", **figures), fill("f2", pair_id="p1")])
    api.post("/api/edges", [edge(pair_id=f"p{n}", net_edge_cents=50) for n in range(30)])
    api.post("/api/edges", edge(pair_id="pm-1:k-2", primary_market="Rain", net_edge_cents=1.1))
    prometheus.history = [(utc_now().timestamp() - 60, 1.5), (utc_now().timestamp() - 45, 1.7)]

    answer = await ask(drawn, "/pair pm-1:k-2")

    lines = answer.text.splitlines()
    assert lines[0] == "🔎 pm-1:k-2"
    assert lines[1].startswith("Rain ↔️ ")
    assert lines[2].startswith("Edge now: 1.10¢ (")
    assert lines[5] == "Last fills:"
    assert lines[6].endswith("3.20¢ → 2.50¢, $-1.50")
    assert lines[7:] == ["Chart: only while among the largest edges."]
    assert chart_of(answer) == "edge"


async def test_a_pair_that_nobody_knows(drawn: Commands, api: Client) -> None:
    """Not live, never filled, without a past; nothing is drawn."""
    api.post("/api/fills", fill("f2", pair_id="other"))

    answer = await ask(drawn, "pair moon")

    assert answer.text.splitlines()[1:] == [
        "Not live now.",
        "No fill among the latest 1.",
        "Not among the largest edges in the last 6 h.",
    ]
    assert answer.chart is None


async def test_a_pair_while_prometheus_fails(
    drawn: Commands, api: Client, prometheus: MetricsServer
) -> None:
    """The rest is answered, and what is missing is said."""
    prometheus.status = 500

    answer = await ask(drawn, "pair x")

    assert answer.text.endswith("⚠️ Its past is not known: Prometheus does not answer.")
    assert answer.result == "unavailable"


async def test_odd_names_of_pairs_reach_prometheus_as_they_are(
    drawn: Commands, prometheus: MetricsServer
) -> None:
    """A quote does not end the string that it stands in."""
    await ask(drawn, 'pair a"b\\c')

    [history] = [asked for asked in prometheus.asked if "step" in asked]
    assert history["query"] == 'max(arb_live_edge_net_cents{pair_id="a\\"b\\\\c"})'


@pytest.mark.parametrize("line", ["pnl year", "pnl day week", "pair", f"pair {'x' * 129}"])
async def test_what_cannot_be_understood_is_refused(drawn: Commands, line: str) -> None:
    """With what the command takes."""
    answer = await ask(drawn, line)

    assert answer.result == "refused"
    assert "/p" in answer.text


@pytest.mark.parametrize("line", ["pnl", "exposure", "pair x", "watch"])
async def test_without_an_exporter_no_figure_is_invented(line: str) -> None:
    """The answer says that nothing is known."""
    api = ExporterApi(NOBODY_LISTENS)

    answer = await ask(Commands(api), line)

    assert answer.result == "unavailable"
    assert "exporter does not answer" in answer.text
    await api.close()
