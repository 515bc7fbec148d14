"""Commands against a real exporter, in the words of the users' guide."""

import socket

import pytest

from bot import text
from bot.commands import Commands
from bot.exporter_api import ExporterApi
from bot.text import length
from tests.bot.asking import ask
from tests.bot.conftest import NOBODY_LISTENS, hurried
from tests.client import Client, edge, fill, now
from tests.conftest import RunningExporter


async def test_edges_in_the_words_of_the_guide(commands: Commands, api: Client) -> None:
    """Numbered, largest first."""
    for cents, title in ((3.2, "BTC over 100k"), (1.1, "Rain")):
        api.post(
            "/api/edges",
            edge(
                pair_id=title,
                primary_market=title,
                hedge_market=f"{title}?",
                net_edge_cents=cents,
                expected_slippage_cents=0.4,
                leader="polymarket",
                ttl_seconds=600,
            ),
        )

    answer = await ask(commands, "/edges 5")

    assert answer.text == (
        "📊 Live Edges\n"
        "1. BTC over 100k ↔️ BTC over 100k?\n"
        "   Edge: 3.20¢ | Slippage: 0.40¢ | Leader: polymarket\n"
        "2. Rain ↔️ Rain?\n"
        "   Edge: 1.10¢ | Slippage: 0.40¢ | Leader: polymarket"
    )


async def test_as_many_as_asked_for(commands: Commands, api: Client) -> None:
    """Five edges and ten fills without a number."""
    for number in range(12):
        api.post("/api/edges", edge(pair_id=f"p{number}", ttl_seconds=600))
        api.post("/api/fills", fill(f"f{number}"))

    answers = [await ask(commands, line) for line in ("edges", "edges 2", "fills", "fills 3")]

    assert [answer.text.count("\n") // 2 for answer in answers] == [5, 2, 10, 3]


async def test_a_market_title_is_shown_as_text(commands: Commands, api: Client) -> None:
    """Nobody is pinged, nothing is formatted, no word hides a link."""
    title = "@everyone **win** [here](https://evil.example)"
    api.post("/api/edges", edge(primary_market=title, ttl_seconds=600))

    answer = await ask(commands, "edges")

    assert r"1. @​everyone \*\*win\*\* \[here\](https://evil.example) ↔️" in answer.text


async def test_a_long_answer_says_what_it_leaves_out(commands: Commands, api: Client) -> None:
    """Discord takes 2,000 characters."""
    for number in range(50):
        api.post(
            "/api/edges", edge(pair_id=f"p{number}", primary_market="*" * 300, ttl_seconds=600)
        )

    answer = await ask(commands, "edges 50")

    shown = answer.text.count("Edge:")
    assert length(answer.text) <= 2000
    assert answer.text.endswith(f"… and {50 - shown} more")


async def test_fills_show_what_became_of_the_edge(commands: Commands, api: Client) -> None:
    """Entry, realized and P&L; a missing leg is flagged."""
    figures = {"entry_edge_cents": 3.2, "realized_edge_cents": 2.5, "pnl_cents": -150}
    api.post("/api/fills", fill("f", pair_id="pm-1:k-2", status="one_legged", **figures))

    answer = await ask(commands, "fills")

    assert answer.text.startswith("💰 Recent Fills\n1. pm-1:k-2\n   Entry: 3.20¢ → Realized: 2.50¢")
    assert "PnL: $-1.50" in answer.text
    assert answer.text.endswith("⚠️ one leg only")


async def test_a_reversed_fill_is_shown_as_reversed(commands: Commands, api: Client) -> None:
    """Its P&L stands no more, and since when."""
    api.post("/api/fills", fill("f1", pair_id="undone"))
    undone = {"type": "reversal", "fill_id": "r1", "reverses": "f1"}
    api.post("/api/events", [undone | {"timestamp": "2026-03-01T12:00:00Z"}])

    answer = await ask(commands, "fills")

    assert "1. undone\n" in answer.text
    assert answer.text.endswith(" | ↩️ reversed 2026-03-01 12:00:00 UTC")


async def test_a_fill_after_a_halt_is_marked(commands: Commands, api: Client) -> None:
    """It is no fill like others."""
    api.post("/api/venues/kalshi/halt", {"reason": "r", "actor": "bob"})
    api.post("/api/fills", fill("f1"))

    answer = await ask(commands, "fills")

    assert answer.text.endswith(" | 🛑 after a halt")


async def test_status_in_the_words_of_the_guide(commands: Commands, api: Client) -> None:
    """What was measured, and for the other venue that nothing was."""
    samples = [120.0] * 18 + [280.0] * 2
    api.post("/api/latency", {"venue": "kalshi", "latency_ms": samples, "timestamp": now()})
    api.post("/api/requests", {"venue": "kalshi", "ok": 999, "error": 1, "timestamp": now()})

    answer = await ask(commands, "status")

    assert answer.text.startswith("🔧 System Status\n")
    assert "🟢 KALSHI\n   Latency: p50=120ms p95=" in answer.text
    assert "   Error Rate: 0.10%" in answer.text
    unknown = "⚪ POLYMARKET (unknown)\n   Latency: not measured\n   Error Rate: not measured"
    assert unknown in answer.text


@pytest.mark.parametrize(
    "line",
    [
        "edges 0",
        "edges 51",
        "edges x",
        "edges 1 2",
        "fills -1",
        "edges ٣",
        "halt",
        "resume",
        "sell",
        "audit 0",
        "audit x",
    ],
)
async def test_what_cannot_be_understood_is_refused(commands: Commands, line: str) -> None:
    """With what the command takes."""
    answer = await ask(commands, line)

    assert answer.result == "refused"
    assert "/" in answer.text


@pytest.mark.parametrize(
    "line", ["edges", "fills", "status", "venues", "audit", "halt kalshi", "resume kalshi"]
)
async def test_without_an_exporter_no_state_is_invented(line: str) -> None:
    """The answer says that nothing is known."""
    api = ExporterApi(NOBODY_LISTENS)

    answer = await ask(hurried(api), line)

    assert answer.result == "unavailable"
    assert answer.text.startswith("⚠️")
    assert "exporter does not answer" in answer.text
    await api.close()


async def test_an_exporter_that_hangs_is_given_up() -> None:
    """A connection without an answer counts as none."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        api = ExporterApi(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_seconds=0.1)

        answer = await ask(Commands(api), "status")

        await api.close()
    assert answer.result == "unavailable"


async def test_the_console_shows_text_without_escapes(exporter: RunningExporter) -> None:
    """A backslash is Discord's business."""
    exporter.client.post("/api/edges", edge(primary_market="a*b", ttl_seconds=600))
    api = ExporterApi(exporter.client.url, timeout_seconds=30)

    answer = await ask(Commands(api, escape=text.plain), "edges")

    assert "1. a*b ↔️" in answer.text
    await api.close()
