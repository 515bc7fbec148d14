"""The bot beside a real Alertmanager: the watchdog is heard, and its API is understood."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.alertmanager_api import AlertmanagerApi
from tests.alertmanager.conftest import started as alertmanager_started
from tests.bot.conftest import StartBot, until
from tests.bot.running import counted, started

pytestmark = pytest.mark.e2e


async def test_the_watchdog_comes_through_and_the_api_is_read(
    start_bot: StartBot, tmp_path: Path
) -> None:
    """As the repository's configuration routes it; nothing of it is shown."""
    running = await started(start_bot, alertmanager_url="http://127.0.0.1:9")
    port = int(running.url.rpartition(":")[2])
    with alertmanager_started(tmp_path, posts_to=port) as alertmanager:
        begun = datetime.now(UTC)
        labels = {"alertname": "ArbWatchdog", "severity": "none"}
        await asyncio.to_thread(
            alertmanager.post, {"labels": labels, "startsAt": begun.isoformat()}
        )
        await until(lambda: counted(running, "arb_bot_watchdog_last_seen_timestamp_seconds"))

        api = AlertmanagerApi(alertmanager.url, timeout_seconds=30)
        started_at, [alert] = await api.started_at(), await api.alerts()
        await api.close()

    heard = counted(running, "arb_bot_watchdog_last_seen_timestamp_seconds")
    assert heard is not None and heard >= begun.timestamp()
    assert counted(running, "arb_bot_alerts_received_total") == 0
    assert timedelta(0) < datetime.now(UTC) - started_at < timedelta(minutes=2)
    assert [receiver.name for receiver in alert.receivers] == ["bot"]
    assert not alert.is_silenced
