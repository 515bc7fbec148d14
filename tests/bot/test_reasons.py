"""What speaks against a resume: seen at a real exporter, and at what answers as Alertmanager."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.alertmanager_api import AlertmanagerApi
from bot.commands import Commands
from bot.exporter_api import ExporterApi
from tests.bot.asking import CALLER, acknowledge, contact, timeless
from tests.bot.conftest import NOBODY_LISTENS, hurried
from tests.client import Client, fill, now


class Alertmanager:
    """Answers `GET /api/v2/alerts` as Alertmanager 0.25 does."""

    def __init__(self) -> None:
        self.alerts: list[dict[str, Any]] = []
        self.asked: list[dict[str, str]] = []
        self.url = ""
        self.body: str | None = None

    async def answer(self, request: web.Request) -> web.Response:
        """What fires."""
        self.asked.append(dict(request.query))
        return web.Response(text=self.body or json.dumps(self.alerts))

    def fire(self, name: str, **labels: str) -> None:
        """Let a critical alert fire."""
        self.alerts.append(
            {
                "annotations": {"summary": f"Summary of {name}", "description": "…"},
                "endsAt": datetime.now(UTC).isoformat(),
                "fingerprint": "00",
                "receivers": [{"name": "bot"}],
                "startsAt": datetime.now(UTC).isoformat(),
                "status": {"inhibitedBy": [], "silencedBy": [], "state": "active"},
                "updatedAt": datetime.now(UTC).isoformat(),
                "labels": {"alertname": name, "severity": "critical"} | labels,
            }
        )


@pytest.fixture
async def alertmanager() -> AsyncIterator[Alertmanager]:
    """One that answers."""
    served = Alertmanager()
    app = web.Application()
    app.add_routes([web.get("/api/v2/alerts", served.answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    served.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield served
    await runner.cleanup()


@pytest.fixture
async def asking(api: Client, alertmanager: Alertmanager) -> AsyncIterator[Commands]:
    """Commands beside both services."""
    calls = ExporterApi(api.url, timeout_seconds=30)
    alerts = AlertmanagerApi(alertmanager.url, timeout_seconds=30)
    yield hurried(calls, alerts=alerts)
    await calls.close()
    await alerts.close()


async def against(commands: Commands, scope: str = "kalshi") -> list[str]:
    """The reasons that a question shows."""
    question = await commands.ask_to_resume((scope,), caller=CALLER)
    _, _, found = timeless(question.text).partition("TIME\n")
    return found.splitlines()


async def healthy_and_halted(api: Client) -> None:
    """An engine that is in contact has a fresh feed and has acknowledged a halt."""
    api.post("/api/latency", {"venue": "kalshi", "latency_ms": [120.0], "timestamp": now()})
    api.post("/api/venues/kalshi/halt", {"actor": "bob"})
    contact(api)
    await acknowledge(api, "kalshi")


async def test_where_all_is_well_nothing_speaks_against_it(asking: Commands, api: Client) -> None:
    """Engine in contact, feed fresh, no critical alert."""
    await healthy_and_halted(api)

    assert await against(asking) == [
        "✅ Nothing speaks against it: engine in contact, feed fresh, no critical alert."
    ]


async def test_critical_alerts_speak_against_it(
    asking: Commands, api: Client, alertmanager: Alertmanager
) -> None:
    """Those that fire and that nobody silenced; a crowd of them is counted."""
    await healthy_and_halted(api)
    alertmanager.fire("ArbFeedSilent", venue="kalshi")
    for number in range(6):
        alertmanager.fire(f"Other{number}")

    reasons = await against(asking)

    assert reasons[1].startswith("• 🔴 KALSHI: Summary of ArbFeedSilent (for ")
    assert reasons[-1] == "• … and 2 more critical alerts"
    assert alertmanager.asked == [
        {
            "active": "true",
            "silenced": "false",
            "inhibited": "false",
            "filter": 'severity="critical"',
        }
    ]


async def test_entries_after_the_halt_speak_against_it(asking: Commands, api: Client) -> None:
    """The engine did not obey."""
    await healthy_and_halted(api)
    later = (datetime.now(UTC) + timedelta(seconds=5)).isoformat()
    api.post("/api/fills", fill("f1", timestamp=later, ordered_at=later))

    reasons = await against(asking)

    assert reasons[1:] == ["• KALSHI: 1 entry was ordered after the engine confirmed the halt"]


@pytest.mark.parametrize("body", ["not json", '{"status": "error"}', '[{"labels": 1}]'])
async def test_an_alertmanager_that_talks_nonsense_is_as_good_as_none(
    asking: Commands, api: Client, alertmanager: Alertmanager, body: str
) -> None:
    """Then it is not known whether alerts fire."""
    await healthy_and_halted(api)
    alertmanager.body = body

    reasons = await against(asking)

    assert reasons[1:] == ["• whether alerts fire is not known: Alertmanager does not answer"]


async def test_an_alertmanager_that_is_away_is_no_silence(api: Client) -> None:
    """Nor is a feed that was never heard a fresh one."""
    calls, alerts = ExporterApi(api.url, timeout_seconds=30), AlertmanagerApi(NOBODY_LISTENS)
    api.post("/api/venues/all/halt", {"actor": "bob"})

    reasons = await against(hurried(calls, alerts=alerts), "all")
    await calls.close()
    await alerts.close()

    assert reasons == [
        "⚠️ Against it now:",
        "• no engine is in contact",
        "• POLYMARKET: no engine confirmed the halt",
        "• KALSHI: no engine confirmed the halt",
        "• POLYMARKET: nothing was ever heard of the feed",
        "• KALSHI: nothing was ever heard of the feed",
        "• whether alerts fire is not known: Alertmanager does not answer",
    ]
