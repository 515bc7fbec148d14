"""The webhook: what was answered with 200 is on disk, and becomes one message per incident."""

from datetime import timedelta
from io import BytesIO

import pytest

from arbwatch.bearer.tokens import parse_setting
from bot.routes.alerts import MAX_BODY_BYTES
from tests.bot.conftest import StartBot, until
from tests.bot.payloads import alert, payload
from tests.bot.running import Printed, call, started


async def test_an_alert_is_one_message_from_firing_to_resolved(
    start_bot: StartBot, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is posted once, not again when Alertmanager repeats itself, and edited when it ends."""
    running = await started(start_bot)
    url = f"{running.url}/alerts"
    printed = Printed(capsys)

    assert await call("POST", url, payload(alert())) == (200, '{"accepted":1}')
    await until(lambda: "── 🔴 Venue error rate is high" in printed.so_far())
    await call("POST", url, payload(alert()))
    await call("POST", url, payload(alert(lasted=timedelta(minutes=2))))

    await until(
        lambda: "── (edited) ✅ Resolved: Venue error rate is high · kalshi" in printed.so_far()
    )
    assert printed.so_far().count("── 🔴") == 1


async def test_the_alerts_of_a_group_share_a_message(
    start_bot: StartBot, capsys: pytest.CaptureFixture[str]
) -> None:
    """And what Alertmanager left out is counted; another group has one of its own."""
    running = await started(start_bot)

    url = f"{running.url}/alerts"
    await call("POST", url, payload(alert("a"), alert("b"), truncatedAlerts=7))
    await call("POST", url, payload(alert("c"), groupKey="other"))

    printed = Printed(capsys)
    await until(lambda: printed.so_far().count("── 🔴") == 2)
    assert "   9 alerts\n" in printed.so_far()
    assert "   … and 7 more\n" in printed.so_far()


async def test_a_notification_without_alerts_is_taken(start_bot: StartBot) -> None:
    """There is nothing to tell of."""
    running = await started(start_bot)

    assert await call("POST", f"{running.url}/alerts", payload()) == (200, '{"accepted":0}')


async def test_a_post_without_the_token_is_refused(start_bot: StartBot) -> None:
    """Nothing is read, stored or told, and it is counted by its reason."""
    tokens = parse_setting("am webhook secret; prometheus metrics other")
    running = await started(start_bot, tokens=tokens)
    url = f"{running.url}/alerts"

    wrong = [await call("POST", url, payload(alert()), t) for t in (None, "secret2", "other")]

    assert [status for status, _ in wrong] == [401, 401, 403]
    _, metrics = await call("GET", f"{running.url}/metrics", token="other")
    assert 'arb_bot_webhook_rejected_total{reason="unauthorized"} 2.0' in metrics
    assert 'arb_bot_webhook_rejected_total{reason="forbidden"} 1.0' in metrics
    assert "arb_bot_alerts_received_total 0.0" in metrics


async def test_the_right_token_is_taken(start_bot: StartBot) -> None:
    """As Alertmanager sends it."""
    running = await started(start_bot, tokens=parse_setting("am webhook secret"))

    status, _ = await call("POST", f"{running.url}/alerts", payload(alert()), "secret")

    assert status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"not json",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"version": "4"}',
        payload(alert(), version="3"),
        payload(alert(startsAt="yesterday")),
        payload(alert(status="maybe")),
        payload(alert(labels={"alertname": 1})),
        payload(alert(labels={"alertname": "\ud800"})),
    ],
)
async def test_what_is_no_alertmanager_payload_is_refused(start_bot: StartBot, body: bytes) -> None:
    """With 400, which Alertmanager does not retry; and counted."""
    running = await started(start_bot)

    status, text = await call("POST", f"{running.url}/alerts", body)

    assert (status, "not_alertmanager" in text) == (400, True)
    _, metrics = await call("GET", f"{running.url}/metrics")
    assert 'arb_bot_webhook_rejected_total{reason="not_alertmanager"} 1.0' in metrics


async def test_an_endless_body_is_refused(start_bot: StartBot) -> None:
    """While it streams, so that memory stays flat."""
    running = await started(start_bot)

    status, _ = await call("POST", f"{running.url}/alerts", BytesIO(bytes(MAX_BODY_BYTES + 1)))

    assert status == 413
