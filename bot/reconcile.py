"""Compares what is open here with what Alertmanager knows, in case a notification was missed."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from arbwatch.events import utc_now
from bot.alertmanager import ALWAYS_FIRING, Alert, Payload
from bot.alertmanager_api import AlertmanagerApi, FiringAlert
from bot.errors import AlertmanagerDown, OutboxError
from bot.incidents import Incident, Member, merge
from bot.metrics import BotMetrics
from bot.outbox import Outbox
from bot.relay import Relay
from bot.watchdog import GROUP
from bot.worker import Sleep

log = logging.getLogger(__name__)

PAUSE_SECONDS = 120.0
# What is missing in a look is looked for once more before anything is changed.
FIRST_PAUSE_SECONDS = 30.0
# One that has just started knows nothing until Prometheus has told it everything again.
AFTER_START = timedelta(minutes=1)
# In the repository's configuration the receiver that posts here.
RECEIVER = "bot"

# By fingerprint, what Alertmanager says fires.
Firing = dict[str, FiringAlert]


class Reconciler:
    """Looks at Alertmanager's API; what two looks in a row agree on is put right here."""

    def __init__(
        self,
        outbox: Outbox,
        api: AlertmanagerApi,
        relay: Relay,
        *,
        metrics: BotMetrics,
        now: Callable[[], datetime] = utc_now,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._outbox = outbox
        self._api = api
        self._relay = relay
        self._metrics = metrics
        self._now = now
        self._sleep = sleep
        # What the last look found wrong: (key of the incident, fingerprint or id of a silence) or
        # (what, fingerprint).
        self._suspects: frozenset[tuple[str, str]] = frozenset()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await self._sleep(FIRST_PAUSE_SECONDS if self._suspects else PAUSE_SECONDS)

    async def look(self) -> None:
        """Look once. While Alertmanager is away nothing changes."""
        try:
            if self._now() - await self._api.started_at() < AFTER_START:
                self._suspects = frozenset()
                return
            firing = {alert.fingerprint: alert for alert in await self._api.alerts()}
            held = {silence.id for silence in await self._api.silences()}
            await self._compare(firing, held)
        except AlertmanagerDown:
            self._suspects = frozenset()
            self._metrics.reconcile_failures.inc()
        except OutboxError:
            self._metrics.reconcile_failures.inc()
            log.exception("Incidents could not be compared with Alertmanager")
        except Exception:
            # Whatever Alertmanager answers, the bot must not end for it.
            self._suspects = frozenset()
            self._metrics.reconcile_failures.inc()
            log.exception("Comparing with Alertmanager failed")

    async def _compare(self, firing: Firing, held: Collection[str]) -> None:
        known = [found for found in await self._outbox.incidents() if found.group_key != GROUP]
        suspects: set[tuple[str, str]] = set()
        for incident in known:
            suspects |= await self._correct(incident, firing)
            suspects |= await self._drop_ended(incident, held)
        suspects |= await self._tell_late(known, firing)
        self._suspects = frozenset(suspects)

    async def _correct(self, incident: Incident, firing: Firing) -> set[tuple[str, str]]:
        """Put right what was wrong in the last look already; what is wrong now."""
        wrong = {member.fingerprint for member in incident.firing if _differs(member, firing)}
        twice = {mark for mark in wrong if (incident.key, mark) in self._suspects}
        # A silence may be shown at once: one that was made here is not in an older answer.
        sure = twice | {mark for mark in wrong if mark in firing and firing[mark].is_silenced}
        if sure:
            now = self._now()
            changed = await self._outbox.amend(
                incident.key, lambda found: corrected(found, firing, only=sure, now=now)
            )
            self._count(incident, changed)
        return {(incident.key, mark) for mark in wrong - sure}

    async def _drop_ended(self, incident: Incident, held: Collection[str]) -> set[tuple[str, str]]:
        """Show no silence of a button's any longer that somebody ended elsewhere."""
        gone = {m.silence_id for m in incident.silences if m.silence_id not in held}
        sure = {mark for mark in gone if (incident.key, mark) in self._suspects}
        if sure:
            await self._outbox.amend(incident.key, lambda found: found.without_silences(sure))
            self._metrics.reconciled.labels(change="unsilenced").inc()
            log.info("Silence ended elsewhere: reference=%s", incident.reference)
        return {(incident.key, mark) for mark in gone - sure}

    async def _tell_late(self, known: Sequence[Incident], firing: Firing) -> set[tuple[str, str]]:
        """Have what fires there and has no card here taken in as if it had been posted."""
        shown = {member.fingerprint for incident in known for member in incident.firing}
        missing = {
            mark: alert for mark, alert in firing.items() if mark not in shown and _is_for_us(alert)
        }
        late = [alert for mark, alert in missing.items() if ("untold", mark) in self._suspects]
        if late:
            for payload in payloads(late, await self._outbox.incidents(open_only=False)):
                await self._relay.take(payload)
            self._metrics.reconciled.labels(change="told_late").inc(len(late))
            log.warning("Alerts taken in that no post told of: count=%d", len(late))
        told = {alert.fingerprint for alert in late}
        return {("untold", mark) for mark in missing if mark not in told}

    def _count(self, before: Incident, after: Incident | None) -> None:
        if after is None or after == before:
            return
        change = "silenced" if after.is_silenced else "unsilenced"
        if len(after.firing) < len(before.firing):
            change = "ended_unseen"
        self._metrics.reconciled.labels(change=change).inc()
        log.info("Incident put right: change=%s reference=%s", change, after.reference)


def corrected(
    incident: Incident, firing: Firing, *, only: Collection[str], now: datetime
) -> Incident:
    """An incident with these alerts of it as Alertmanager has them."""
    members = [_as_there(m, firing, now) for m in incident.firing if m.fingerprint in only]
    changed = merge(incident, members, left_out=incident.left_out)
    group = _group_of(incident.lead.labels)
    # What was left out of the posts is over when nothing of the group fires.
    is_left = incident.left_out and any(group == _group_of(a.labels) for a in firing.values())
    is_over = not changed.firing and bool(members) and not is_left
    return changed.close_unseen(now) if is_over else changed


def payloads(alerts: Sequence[FiringAlert], known: Sequence[Incident]) -> list[Payload]:
    """What Alertmanager would have posted of these. Its names of groups are not in its API: one of
    an earlier incident of the same alert is taken.
    """
    names = {_group_of(incident.lead.labels): incident.group_key for incident in known}
    groups: dict[tuple[str, str], list[Alert]] = {}
    for alert in alerts:
        groups.setdefault(_group_of(alert.labels), []).append(_as_posted(alert))
    return [
        Payload(version="4", group_key=names.get(group, f"arbwatch:{group}"), alerts=found)
        for group, found in groups.items()
    ]


def _is_for_us(alert: FiringAlert) -> bool:
    """Whether Alertmanager passes it on, and to the bot."""
    is_told = alert.status.state == "active" and RECEIVER in {r.name for r in alert.receivers}
    return is_told and alert.labels.get("alertname") != ALWAYS_FIRING


def _as_posted(alert: FiringAlert) -> Alert:
    return Alert(
        status="firing",
        labels=alert.labels,
        annotations=alert.annotations,
        starts_at=alert.starts_at,
        ends_at=alert.starts_at,
        fingerprint=alert.fingerprint,
    )


def _differs(member: Member, firing: Firing) -> bool:
    there = firing.get(member.fingerprint)
    return there is None or there.is_silenced != member.is_silenced


def _as_there(member: Member, firing: Firing, now: datetime) -> Member:
    there = firing.get(member.fingerprint)
    if there is None:
        return replace(member, ends_at=now)
    return replace(member, is_silenced=there.is_silenced)


def _group_of(labels: dict[str, str]) -> tuple[str, str]:
    """What Alertmanager groups by."""
    return labels.get("alertname", ""), labels.get("venue", "")
