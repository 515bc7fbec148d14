"""From what happens to what readers of Discord see: alerts, fills, answers, crowds and outages.

A fake Discord that answers at once stands for the real one, which nobody can measure from here.
"""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any

import requests

from bench import discord, load, payloads, services
from bench.discord import Channel, wait
from bench.plan import Plan
from bench.results import Row, alone
from bench.services import Service

ALERT_MS, FILL_MS, ANSWER_MS = 250, 500, 100
RETURN_SECONDS, MOST_MESSAGES = 60, 30

# A bot takes a place anew for each few: it posts ten at once and then one a second, and tells of a
# few fills a minute on a card of their own, the others together.
SITTINGS_A_ROUND = 4
ALERTS, PLAIN_FILLS, GRAVE_FILLS = 5, 2, 3
COMMANDS = ("edges", "fills", "status", "venues", "exposure", "alerts", "help")
GAP_SECONDS = 0.1
PATIENCE_SECONDS = 15.0

CROWD = 5_000
CROWD_CONNECTIONS = 8
# Discord's own for a channel: https://discord.com/developers/docs/topics/rate-limits, by headers.
POSTS_IN_5_SECONDS = 5

OUTAGE_SECONDS, TIMES = 3_600.0, 60.0
OUTAGE_ALERTS = 120


def measure(plan: Plan) -> list[Row]:
    """The rows of all of it."""
    sat = [sit(number) for number in range(plan.rounds * plan.scaled(SITTINGS_A_ROUND))]
    alerts, fills, answers = ([ms for sitting in sat for ms in sitting[n]] for n in range(3))
    return [
        percentiles("POST of an alert to its card", alerts, ALERT_MS),
        percentiles("fill pushed to its notice", fills, FILL_MS),
        percentiles("command or press to its first answer", answers, ANSWER_MS),
        *crowd(plan.scaled(CROWD)),
        *outage(plan),
    ]


def percentiles(what: str, values: list[float], at_most: float) -> Row:
    """A row of the 99th percentile, with the median and the worst beside it."""
    median, p99 = (load.percentile(values, percent) for percent in (50, 99))
    raw = {"p50": [median], "worst": [max(values)], "count": [float(len(values))]}
    return alone("discord", f"{what}, p99", unit="ms", ours=[p99], at_most=at_most, raw=raw)


def sit(number: int) -> tuple[list[float], list[float], list[float]]:
    """One bot: milliseconds of its alerts, of its fills, of its answers."""
    with (
        services.folder() as state,
        services.exporter(state) as exporter,
        discord.channel() as channel,
        discord.bot(channel, state, exporter=exporter) as bot,
    ):
        wait(lambda: value(bot, "arb_bot_stream_up") == 1, "the bot at the event stream")
        fills = fills_of(channel, exporter, first=number * 100)
        alerts = [seen_ms(channel, f"alert {n}", partial(tell, bot, n)) for n in range(ALERTS)]
        return alerts, fills, answers_of(channel)


def fills_of(channel: Channel, exporter: Service, *, first: int) -> list[float]:
    """Fewer than are told together. Those on one leg are told by themselves for longer."""
    url = f"http://127.0.0.1:{exporter.port}/api/fills"
    states = ["filled"] * PLAIN_FILLS + ["one_legged"] * GRAVE_FILLS
    return [
        seen_ms(channel, f"pair-{first + n} ", partial(push, url, first + n, status=s))
        for n, s in enumerate(states)
    ]


def answers_of(channel: Channel) -> list[float]:
    """Commands that read, and a button."""
    [card, *_] = [message for message in channel.messages() if message["components"]]
    answers = [channel.type(name) for name in COMMANDS]
    answers.append(channel.press(card, "Ack"))
    return [answer["acknowledged_ms"] for answer in answers]


def crowd(count: int) -> list[Row]:
    """So many alerts, each in a group of its own, in a channel with Discord's own limit."""
    with (
        services.folder() as state,
        discord.channel(posts=POSTS_IN_5_SECONDS) as channel,
        discord.bot(channel, state) as bot,
    ):
        started = time.monotonic()
        with ThreadPoolExecutor(CROWD_CONNECTIONS) as pool:
            list(pool.map(lambda n: tell(bot, n), range(count)))
        taken = time.monotonic() - started
        wait(lambda: value(bot, "arb_bot_outbox_waiting") == 0, "the crowd to be told", seconds=300)
        told = time.monotonic() - started
        sent, refused = len(channel.messages()), len(channel.state()["refusals"])
    what = f"{count:,} alerts at once"
    raw = {"taken_seconds": [taken], "told_seconds": [told]}
    return [
        alone("discord", f"{what}: messages", unit="", ours=[sent], at_most=MOST_MESSAGES, raw=raw),
        alone("discord", f"{what}: refused", unit="", ours=[refused], at_most=0),
    ]


def outage(plan: Plan) -> list[Row]:
    """Discord is away for an hour of a clock that is speeded up, while alerts come."""
    seconds, count = OUTAGE_SECONDS * plan.scale, plan.scaled(OUTAGE_ALERTS)
    with (
        services.folder() as state,
        discord.channel() as channel,
        discord.bot(channel, state, times=TIMES) as bot,
    ):
        channel.go_away()
        for number in range(count):
            tell(bot, number)
            time.sleep(seconds / TIMES / count)
        channel.come_back()
        back = time.monotonic()
        wait(lambda: value(bot, "arb_bot_outbox_waiting") == 0, "what waited to be told")
        took = (time.monotonic() - back) * TIMES
        lost = count - told_of(channel)
    what = f"after {seconds / 60:,.0f} minutes without Discord ({TIMES:g} times as fast)"
    return [
        alone("discord", f"{what}: all told", unit="s", ours=[took], at_most=RETURN_SECONDS),
        alone("discord", f"{what}: alerts lost", unit="", ours=[lost], at_most=0),
    ]


def told_of(channel: Channel) -> int:
    """How many alerts readers know of: each by a card, or counted by a digest."""
    titles = [message["embeds"][0]["title"] for message in channel.messages()]
    return sum(int(t.split()[1].replace(",", "")) if "at once" in t else 1 for t in titles)


def seen_ms(channel: Channel, words: str, happen: Callable[[], None]) -> float:
    """From what happens to the message that says it, by the clock that both processes share."""
    time.sleep(GAP_SECONDS)
    started = datetime.now(UTC)
    happen()
    found: list[dict[str, Any]] = []

    def look() -> bool:
        found[:] = [m for m in channel.messages() if words in f"{m['embeds'][0]['title']} "]
        return bool(found)

    wait(look, f"a message about {words}", seconds=PATIENCE_SECONDS)
    posted = datetime.fromisoformat(found[0]["timestamp"])
    return (posted - started).total_seconds() * 1000


def tell(bot: Service, number: int) -> None:
    """What Alertmanager posts of a group of its own."""
    labels = {"alertname": "ArbVenueErrorRate", "severity": "critical" if number % 3 else "warning"}
    alert = {
        "status": "firing",
        "labels": labels | {"market": f"m{number}"},
        "annotations": {"summary": f"alert {number}", "description": "3.2% of requests failed."},
        "startsAt": datetime.now(UTC).isoformat(),
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": f"{number:016x}",
    }
    body = {"version": "4", "groupKey": f"g{number}", "truncatedAlerts": 0, "alerts": [alert]}
    _post(f"http://127.0.0.1:{bot.port}/alerts", body)


def push(url: str, number: int, *, status: str) -> None:
    """What an engine pushes."""
    fill = payloads.fill(number) | {"pair_id": f"pair-{number}", "status": status}
    _post(url, fill)


def value(service: Service, name: str) -> float | None:
    """A sample without labels; None if there is none."""
    for line in service.get("/metrics").decode().splitlines():
        if line.startswith(f"{name} "):
            return float(line.split()[1])
    return None


def _post(url: str, body: dict[str, Any]) -> None:
    requests.post(url, data=json.dumps(body), timeout=30).raise_for_status()
