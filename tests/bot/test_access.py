"""Who may call the bot: every route with every kind of caller."""

import pytest

from arbwatch.bearer.tokens import parse_setting
from tests.bot.conftest import StartBot
from tests.bot.payloads import alert, payload
from tests.bot.running import call, started
from tests.scopes import CALLERS, OPEN, TOKENS, Route, refusal_expected, routes_of

SCOPES = {
    ("GET", "/metrics"): "metrics",
    ("GET", "/api/notices"): "read",
    ("POST", "/api/notices"): "control",
}


def needed(route: Route) -> str | None:
    """The scope that the rules name for a route."""
    method, path = route
    if path in OPEN:
        return None
    return SCOPES.get((method, path), "webhook")


@pytest.mark.parametrize("caller", CALLERS)
async def test_every_route_knows_who_may_call_it(start_bot: StartBot, caller: str | None) -> None:
    """Refused with 401 or 403 as the rules say, else answered in some other way."""
    running = await started(start_bot, tokens=parse_setting(TOKENS))
    routes = sorted(routes_of(running.bot._make_app()))
    assert len(routes) >= 4

    for method, path in routes:
        status, _ = await call(method, running.url + path, token=caller)
        expected = refusal_expected(needed((method, path)), caller)
        assert (status if status in (401, 403) else None) == expected, path


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT"])
@pytest.mark.parametrize("path", ["/alerts", "/metrics", "/alerts/", "//metrics", "/METRICS"])
async def test_no_other_method_or_spelling_opens_a_route(
    start_bot: StartBot, method: str, path: str
) -> None:
    """What is not served is not served to anybody."""
    running = await started(start_bot, tokens=parse_setting(TOKENS))

    status, _ = await call(method, running.url + path)

    assert status in (401, 404, 405)


async def test_without_tokens_all_is_open(start_bot: StartBot) -> None:
    """As on a developer's own machine."""
    running = await started(start_bot)

    assert (await call("POST", f"{running.url}/alerts", payload(alert())))[0] == 200
    assert (await call("GET", f"{running.url}/metrics"))[0] == 200


async def test_anyone_may_scrape_where_the_tokens_say_so(start_bot: StartBot) -> None:
    """And do nothing else."""
    running = await started(start_bot, tokens=parse_setting("anyone metrics -; a webhook t"))

    assert (await call("GET", f"{running.url}/metrics"))[0] == 200
    assert (await call("POST", f"{running.url}/alerts", payload(alert())))[0] == 401
