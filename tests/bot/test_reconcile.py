"""What Alertmanager's API tells puts right what no notification told."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.alertmanager_api import AlertmanagerApi
from bot.auto_halts import AutoHalts
from bot.exporter_api import ExporterApi
from bot.incidents import Incident, Member, SilenceMark
from bot.metrics import BotMetrics
from bot.outbox import Notification, Outbox
from bot.reconcile import Reconciler
from bot.relay import Relay
from bot.watchdog import GROUP
from tests.bot.clock import START, Clock
from tests.bot.conftest import NOBODY_LISTENS


class Alertmanager:
    """Its API: what fires, and when it started."""

    def __init__(self) -> None:
        self.port = 0
        self.firing: list[dict[str, Any]] = []
        self.silences: list[str] = []
        self.started_at = START - timedelta(days=1)
        self.is_broken = False
        self._runner: web.AppRunner | None = None

    def fire(self, name: str, *, silenced_by: tuple[str, ...] = (), receiver: str = "bot") -> None:
        """Let an alert fire."""
        status = {
            "state": "suppressed" if silenced_by else "active",
            "silencedBy": list(silenced_by),
            "inhibitedBy": [],
        }
        self.firing.append(
            {
                "labels": {"alertname": name, "severity": "warning", "venue": "kalshi"},
                "annotations": {"summary": name},
                "startsAt": START.isoformat(),
                "fingerprint": name,
                "status": status,
                "receivers": [{"name": receiver}],
            }
        )

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/api/v2/alerts", self._alerts),
                web.get("/api/v2/silences", self._silences),
                web.get("/api/v2/status", self._status),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Go away."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _alerts(self, _: web.Request) -> web.Response:
        return web.json_response(self.firing, status=500 if self.is_broken else 200)

    async def _silences(self, _: web.Request) -> web.Response:
        ends = (START + timedelta(days=1)).isoformat()
        told: dict[str, Any] = {"matchers": [], "startsAt": START.isoformat(), "endsAt": ends}
        told |= {"createdBy": "a", "comment": "c", "status": {"state": "active"}}
        return web.json_response([{"id": found, **told} for found in self.silences])

    async def _status(self, _: web.Request) -> web.Response:
        return web.json_response({"uptime": self.started_at.isoformat()})


class Scene:
    """A bot's parts beside an Alertmanager, on a clock of the test's own."""

    def __init__(self, outbox: Outbox, there: Alertmanager, metrics: BotMetrics) -> None:
        self.clock = Clock(START + timedelta(hours=1))
        self.outbox = outbox
        self.there = there
        self.metrics = metrics
        self.api = AlertmanagerApi(f"http://127.0.0.1:{there.port}", timeout_seconds=30)
        halts = AutoHalts(outbox, ExporterApi(NOBODY_LISTENS), metrics=metrics)
        relay = Relay(outbox, halts, halting=(), metrics=metrics)
        self._reconciler = Reconciler(outbox, self.api, relay, metrics=metrics, now=self.clock)

    async def told(self, *names: str, group: str = "g") -> str:
        """Alertmanager posted these, in one group; the key of their incident."""
        members = tuple(member(name) for name in names)
        await self.outbox.put([], notifications=[Notification(group_key=group, members=members)])
        return members[0].key

    async def look(self, times: int = 1) -> None:
        """Look at Alertmanager, every two minutes."""
        for _ in range(times):
            await self._reconciler.look()
            self.clock.now += timedelta(minutes=2)

    async def silence(self, key: str, mark: SilenceMark) -> None:
        """A button silenced it."""
        await self.outbox.amend(key, lambda incident: incident.silenced(mark))

    async def incident(self, key: str) -> Incident:
        """An incident as it is now."""
        found = await self.outbox.amend(key, lambda incident: incident)
        assert found is not None
        return found

    def count(self, change: str) -> float | None:
        """How often something was put right."""
        registry = self.metrics.registry
        return registry.get_sample_value("arb_bot_reconciled_total", {"change": change})


def member(name: str, starts_at: datetime = START) -> Member:
    """An alert as a notification tells it."""
    labels = {"alertname": name, "severity": "warning", "venue": "kalshi"}
    return Member(
        fingerprint=name, labels=labels, annotations={"summary": name}, starts_at=starts_at
    )


@pytest.fixture
async def scene(tmp_path: Path, metrics: BotMetrics) -> AsyncIterator[Scene]:
    """A bot's parts beside an Alertmanager that listens."""
    there = Alertmanager()
    await there.start()
    outbox = Outbox(tmp_path / "scene.db")
    await outbox.open()
    found = Scene(outbox, there, metrics)
    yield found
    await found.api.close()
    await outbox.close()
    await there.stop()


async def test_what_ended_unseen_is_closed_after_two_looks(scene: Scene) -> None:
    """Once the card says so, and for how long it lasted at most."""
    key = await scene.told("gone")

    await scene.look()
    after_one = await scene.incident(key)
    await scene.look()

    closed = await scene.incident(key)
    assert not after_one.is_resolved
    assert (closed.is_resolved, closed.closed_unseen) == (True, True)
    assert closed.ended_at == START + timedelta(hours=1, minutes=2)
    assert scene.count("ended_unseen") == 1


async def test_what_still_fires_stays(scene: Scene) -> None:
    """However often it is looked at; and of a group only what is gone is over."""
    scene.there.fire("here")
    key = await scene.told("gone", "here")

    await scene.look(times=3)

    found = await scene.incident(key)
    assert [one.name for one in found.firing] == ["here"]
    assert not found.closed_unseen


async def test_an_alertmanager_that_just_started_is_not_believed(scene: Scene) -> None:
    """It knows nothing until Prometheus has told it everything again."""
    key = await scene.told("fires")
    await scene.look()
    scene.there.started_at = scene.clock.now - timedelta(seconds=30)
    await scene.look()
    scene.there.started_at = scene.clock.now - timedelta(minutes=5)

    await scene.look()

    assert not (await scene.incident(key)).is_resolved


async def test_an_alertmanager_that_is_away_changes_nothing(scene: Scene) -> None:
    """Nor does an answer from before count together with one from after."""
    key = await scene.told("fires")
    await scene.look()
    scene.there.is_broken = True
    await scene.look(times=3)
    scene.there.is_broken = False

    await scene.look()

    assert not (await scene.incident(key)).is_resolved
    failures = scene.metrics.registry.get_sample_value("arb_bot_reconcile_failures_total")
    assert failures == 3


async def test_silences_that_were_made_elsewhere_are_marked(scene: Scene) -> None:
    """At once; and that they ended, after two looks."""
    scene.there.fire("quiet", silenced_by=("s1",))
    key = await scene.told("quiet")
    await scene.look()
    silenced = await scene.incident(key)
    scene.there.firing.clear()
    scene.there.fire("quiet")

    await scene.look()
    after_one = await scene.incident(key)
    await scene.look()

    loud = await scene.incident(key)
    marks = [found.is_silenced for found in (silenced, after_one, loud)]
    assert marks == [True, True, False]
    assert (scene.count("silenced"), scene.count("unsilenced")) == (1, 1)


async def test_a_silence_made_during_a_look_is_not_undone(scene: Scene) -> None:
    """The answer was older than the button."""
    scene.there.fire("quiet")
    key = await scene.told("quiet")
    mark = SilenceMark(silence_id="s", until=START + timedelta(days=1), by="trader")
    await scene.outbox.amend(key, lambda incident: incident.silenced(mark))

    await scene.look()

    assert (await scene.incident(key)).is_silenced


async def test_a_buttons_silence_that_was_ended_elsewhere_is_shown_no_more(scene: Scene) -> None:
    """After two looks; one that holds stays."""
    scene.there.fire("quiet", silenced_by=("holds",))
    key = await scene.told("quiet")
    for silence_id in ("ended", "holds"):
        until = START + timedelta(days=1)
        await scene.silence(key, SilenceMark(silence_id=silence_id, until=until, by="trader"))
    scene.there.silences = ["holds"]

    await scene.look()
    after_one = await scene.incident(key)
    await scene.look()

    after_two = await scene.incident(key)
    assert [m.silence_id for m in after_one.silences] == ["ended", "holds"]
    assert [m.silence_id for m in after_two.silences] == ["holds"]
    assert after_two.is_silenced


async def test_an_answer_that_nobody_expected_ends_nothing(scene: Scene) -> None:
    """The bot goes on, and looks again."""
    scene.there.started_at = scene.there.started_at.replace(tzinfo=None)

    await scene.look()

    failures = scene.metrics.registry.get_sample_value("arb_bot_reconcile_failures_total")
    assert failures == 1


async def test_what_fires_there_and_has_no_card_gets_one(scene: Scene) -> None:
    """After two looks, in the group of an earlier incident; not what is silenced or not for us."""
    scene.there.fire("lost")
    scene.there.fire("quiet", silenced_by=("s1",))
    scene.there.fire("others", receiver="pager")
    scene.there.fire("ArbWatchdog")

    await scene.look()
    after_one = await scene.outbox.incidents()
    await scene.look(times=2)

    assert after_one == []
    assert [found.name for found in await scene.outbox.incidents()] == ["lost"]
    assert scene.count("told_late") == 1


async def test_a_late_post_of_it_is_the_same_card(scene: Scene) -> None:
    """Alertmanager's own name of the group is taken over, so that its end is understood."""
    scene.there.fire("lost")
    await scene.look(times=2)

    key = await scene.told("lost", group="{}:real")
    await scene.told("lost", "more", group="{}:real")

    [found] = await scene.outbox.incidents()
    assert (found.key, found.group_key, len(found.firing)) == (key, "{}:real", 2)


async def test_the_bots_own_incident_is_not_looked_for_there(scene: Scene) -> None:
    """Alertmanager never knew that the pipeline is silent."""
    key = await scene.told("ArbWatchdog", group=GROUP)

    await scene.look(times=3)

    assert not (await scene.incident(key)).is_resolved


async def test_what_was_left_out_of_the_posts_keeps_an_incident_open(scene: Scene) -> None:
    """What fires is taken in late, and what does not is over."""
    scene.there.fire("many")
    scene.there.firing[0]["fingerprint"] = "left-out"
    news = Notification(group_key="g", members=(member("many"),), left_out=1)
    await scene.outbox.put([], notifications=[news])
    [found] = await scene.outbox.incidents()
    await scene.look(times=2)
    still = await scene.incident(found.key)
    scene.there.firing.clear()

    await scene.look(times=2)

    assert [one.fingerprint for one in still.firing] == ["left-out"]
    assert (await scene.incident(found.key)).is_resolved
