"""The main job end to end: engine, exporter, Prometheus, Alertmanager, Discord, and back."""

import time
from typing import Any

import pytest

from arbwatch import Engine, Requests
from arbwatch.demo.replay import RECORDED_PAIR_ID
from arbwatch.events import utc_now
from tests.client import fill
from tests.e2e.conftest import Stack
from tests.stack.processes import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

# Fills every five seconds, whose losses are too small to halt anything.
SCENARIO = "one-legged"


def venue(stack: Stack, name: str) -> dict[str, Any]:
    """The exporter's word on one venue."""
    rows: list[dict[str, Any]] = stack.exporter.get("/api/venues")
    return next(row for row in rows if row["venue"] == name)


def test_prometheus_scrapes_every_service_and_loaded_the_rules(stack: Stack) -> None:
    """Every target is up; the watchdog fires in Alertmanager's eyes and not in the channel."""

    def health() -> dict[str, str]:
        targets = stack.prometheus("targets")["activeTargets"]
        return {target["labels"]["job"]: target["health"] for target in targets}

    jobs = ("exporter", "bot", "prometheus", "alertmanager")
    wait_for(lambda: health() == dict.fromkeys(jobs, "up"))

    rules = [rule["name"] for g in stack.prometheus("rules")["groups"] for rule in g["rules"]]
    assert "ArbWatchdog" in rules
    assert stack.discord.messages("Watchdog") == []


def test_the_recorded_pair_is_live(stack: Stack) -> None:
    """The demo replays real books: their pair is among the live edges, in REST and in Discord."""

    def pairs() -> list[str]:
        return [edge["pair_id"] for edge in stack.exporter.get("/api/edges?limit=100")]

    wait_for(lambda: RECORDED_PAIR_ID in pairs())

    answer = stack.discord.ask("edges", n=3)
    assert answer.startswith("📊 Live Edges\n1. ")
    assert "↔️" in answer
    assert "¢ | Slippage: " in answer


def test_answers_have_limits_and_an_edge_s_past_from_prometheus(stack: Stack) -> None:
    """The queries are those of the real one."""
    [edge] = stack.exporter.get("/api/edges?limit=1")

    wait_for(lambda: " of $5,000 (" in stack.discord.ask("exposure"))
    wait_for(
        lambda: "Chart: only while" in stack.discord.ask("pair", pair=edge["pair_id"]),
        timeout_seconds=60,
    )


def test_a_fill_becomes_a_notice(stack: Stack) -> None:
    """One message, in the wording of the users' guide."""
    stack.exporter.post("/api/fills", fill("e2e-1", pair_id="the-pair"))

    wait_for(lambda: stack.discord.messages("the-pair"))

    (message,) = stack.discord.messages("the-pair")
    assert "✅ Fill Executed: the-pair" in str(message)
    assert "Entry Edge: 3.20¢ → Realized: 2.50¢ → PnL: $1.50" in str(message)


def test_status_tells_what_was_measured(stack: Stack) -> None:
    """A dot, the venue in capitals, latency and error rate."""
    wait_for(lambda: stack.exporter.get("/api/health")[1]["feed_latency_p95_ms"])

    lines = stack.discord.ask("status").splitlines()

    assert lines[0] == "🔧 System Status"
    assert lines[4] == "🟢 KALSHI"
    assert "Latency: p50=" in lines[5]
    assert "Error Rate: " in lines[6]


def test_a_halt_stops_the_engine_and_a_resume_lets_it_go_on(stack: Stack) -> None:
    """Halted is said once the demo acknowledged; from then on it fills nothing until resumed."""
    wait_for(lambda: len(stack.exporter.get("/api/fills")) > 3)

    assert "🛑 Trading halted on KALSHI" in stack.discord.ask("halt", venue="kalshi")
    halted = venue(stack, "kalshi")
    assert halted["state"] == "acknowledged"
    assert halted["halts"][0]["via"] == "discord"
    assert [ack["engine"] for ack in halted["acks"]] == ["demo"]

    edges = stack.exporter.sample("arb_exporter_events_total", type="edge")
    # What the engine had to tell before its acknowledgement is told by then.
    wait_for(lambda: stack.exporter.sample("arb_exporter_events_total", type="edge") != edges)
    before = venue(stack, "kalshi")["fills_since"]
    edges = stack.exporter.sample("arb_exporter_events_total", type="edge")
    time.sleep(15)  # in which this demo fills three times when it may
    assert venue(stack, "kalshi")["fills_since"] == before
    assert stack.exporter.sample("arb_exporter_events_total", type="edge") != edges

    resumed = stack.discord.ask("resume", venue="kalshi", press="Resume KALSHI")
    assert "▶️ Trading resumed on KALSHI" in resumed
    assert venue(stack, "kalshi")["state"] == "running"
    wait_for(lambda: venue(stack, "kalshi")["fills_since"] > 0)


def test_a_burst_of_errors_becomes_a_card_that_is_edited_when_it_ends(stack: Stack) -> None:
    """One message per alert from firing to resolved."""
    burst = Requests(venue="polymarket", ok=0, error=500, timestamp=utc_now())
    with Engine(stack.exporter.url, name="burst", token=stack.engine_token) as engine:
        engine.push(burst)

    def card() -> dict[str, Any]:
        cards = stack.discord.messages("ArbVenueErrorRateHigh")
        assert len(cards) <= 1
        return cards[0] if cards else {"edits": 0}

    wait_for(lambda: "POLYMARKET" in str(card()).upper(), timeout_seconds=60)
    assert "Resolved" not in str(card())

    wait_for(lambda: "Resolved" in str(card()), timeout_seconds=240)
    assert card()["edits"] >= 1


def test_every_rule_is_evaluated_without_an_error(stack: Stack) -> None:
    """On real series, which may be more than one where a rule expects one; within a minute each."""

    def rules() -> list[dict[str, Any]]:
        return [rule for group in stack.prometheus("rules")["groups"] for rule in group["rules"]]

    wait_for(lambda: "unknown" not in [rule["health"] for rule in rules()], timeout_seconds=90)

    assert [rule for rule in rules() if rule["health"] != "ok"] == []
