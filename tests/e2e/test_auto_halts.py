"""What a rule halts stays halted until a person resumes it: a dropped feed, then a day's loss."""

from typing import Any

import pytest

from tests.e2e.conftest import Stack
from tests.stack.processes import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

# A fill every few seconds, each of which loses: the limit of the day is near within a minute.
SCENARIO = "daily-loss"


def halts(stack: Stack, venue: str) -> list[dict[str, Any]]:
    """The open halts of a venue."""
    rows: dict[str, Any] = {row["venue"]: row for row in stack.exporter.get("/api/venues")}
    found: list[dict[str, Any]] = rows[venue]["halts"]
    return found


def states(stack: Stack) -> dict[str, str]:
    """Where each venue stands."""
    return {row["venue"]: row["state"] for row in stack.exporter.get("/api/venues")}


def entries_after_ack(stack: Stack) -> int:
    """Fills that were ordered after the engine had acknowledged a halt."""
    return sum(row["entries_after_ack"] for row in stack.exporter.get("/api/venues"))


def test_a_feed_dropped_for_ten_seconds_halts_its_venue(stack: Stack) -> None:
    """By the rule, acknowledged by the engine; the other venue runs, and nothing resumes itself."""
    wait_for(lambda: stack.exporter.get("/api/fills")[1:])
    stack.drop_feed()
    wait_for(lambda: states(stack)["kalshi"] == "acknowledged")

    wait_for(lambda: stack.discord.messages("✅ Resolved: Feed silent"), timeout_seconds=60)

    assert states(stack) == {"polymarket": "running", "kalshi": "acknowledged"}
    assert entries_after_ack(stack) == 0
    (card,) = stack.discord.messages("ArbFeedSilent")
    assert "🛑 Halt ordered by this alert" in str(card)
    (halt,) = halts(stack, "kalshi")
    assert (halt["actor"], halt["via"]) == ("ArbFeedSilent", "rule")


def test_a_loss_at_its_limit_halts_every_venue(stack: Stack) -> None:
    """The engine's own breach as a notice, Prometheus's judgement as a card and a halt."""
    stack.operator.post("/api/venues/kalshi/resume", {"actor": "trader"})

    wait_for(lambda: set(states(stack).values()) == {"acknowledged"}, timeout_seconds=120)

    wait_for(lambda: stack.discord.messages("🚨 Threshold Breach: daily_loss"))
    wait_for(lambda: stack.discord.messages("🛑 Halt ordered by this alert")[1:])
    (card,) = stack.discord.messages("ArbDailyLossExceeded")
    assert "the limit is 100.00 USD" in str(card)
    assert {halt["scope"] for halt in halts(stack, "kalshi")} == {"all"}
    assert stack.exporter.sample("arb_breaches_total", limit="daily_loss") == 1
    assert entries_after_ack(stack) == 0
