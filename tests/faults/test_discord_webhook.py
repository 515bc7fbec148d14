"""Row 54: who may not tell alerts is refused, and so is what is no alert; both are counted."""

import pytest

from arbwatch.bearer.tokens import parse_setting
from tests.bot.conftest import StartBot
from tests.bot.payloads import alert, payload
from tests.bot.running import call, counted, started

GARBAGE = [
    b"",
    b"\x00" * 10,
    b"\xff\xfe{\x00}\x00",
    b'{"version": "4", "alerts": 1}',
    b"[" * 100_000,
    b"9" * 5_000,
    b'{"alerts": [], "version": "4"}' * 2,
    payload(alert(annotations=None)),
    payload(alert(startsAt="never")),
]


@pytest.mark.parametrize(
    ("token", "status", "reason"),
    [(None, 401, "unauthorized"), ("wrong", 401, "unauthorized"), ("reader", 403, "forbidden")],
)
async def test_a_bad_token_is_refused(
    start_bot: StartBot, token: str | None, status: int, reason: str
) -> None:
    """Row 54: whatever the body; nothing is taken."""
    tokens = parse_setting("am webhook secret; grafana read reader")
    running = await started(start_bot, tokens=tokens)

    for body in (payload(alert()), b"garbage"):
        assert (await call("POST", f"{running.url}/alerts", body, token))[0] == status

    assert counted(running, "arb_bot_webhook_rejected_total", reason=reason) == 2
    assert counted(running, "arb_bot_alerts_received_total") == 0


async def test_garbage_is_refused_and_the_next_alert_is_taken(start_bot: StartBot) -> None:
    """Row 54: with 400, for which Alertmanager does not try again."""
    running = await started(start_bot)
    url = f"{running.url}/alerts"

    refused = [(await call("POST", url, body))[0] for body in GARBAGE]
    taken, _ = await call("POST", url, payload(alert()))

    assert refused == [400] * len(GARBAGE)
    assert taken == 200
    count = counted(running, "arb_bot_webhook_rejected_total", reason="not_alertmanager")
    assert count == len(GARBAGE)
