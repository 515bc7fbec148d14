"""An incident: what one card shows, from the first alert that fires until all of them are over."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from bot.reference import reference

_SEVERITIES = ("critical", "warning")
_KEPT_DEEDS = 10
# One group in one webhook post is at most this many; of those that are over, older ones go first.
_KEPT_MEMBERS = 10_000


class Member(Struct, frozen=True, kw_only=True):
    """One alert of an incident: its labels, as a fingerprint, and when it began."""

    fingerprint: str
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    starts_at: datetime
    ends_at: datetime | None = None
    is_silenced: bool = False

    @property
    def key(self) -> str:
        """What makes an alert the same alert."""
        return f"alert:{self.fingerprint}:{self.starts_at.astimezone(UTC).isoformat()}"

    @property
    def name(self) -> str:
        """The name of its rule."""
        return self.labels.get("alertname", "alert")

    @property
    def is_firing(self) -> bool:
        """Whether it goes on."""
        return self.ends_at is None


class Mark(Struct, frozen=True, kw_only=True):
    """Who did something, and when. `by` is a name as it came: cards escape it."""

    by: str
    at: datetime


class SilenceMark(Struct, frozen=True, kw_only=True):
    """A silence of Alertmanager's that was made by a button."""

    silence_id: str
    until: datetime
    by: str


class Incident(Struct, frozen=True, kw_only=True):
    """The alerts of one group of Alertmanager's, and what people did about them.

    `key` is the key of the alert that opened it. `left_out` alerts more are known to Alertmanager
    only. `deeds` are lines as they came: cards escape them. Change one by `Outbox.amend` only.
    """

    key: str
    group_key: str
    opened_at: datetime
    members: tuple[Member, ...]
    left_out: int = 0
    ack: Mark | None = None
    silences: tuple[SilenceMark, ...] = ()
    deeds: tuple[str, ...] = ()
    reminded_at: datetime | None = None
    closed_unseen: bool = False

    @property
    def reference(self) -> str:
        """What its message and its buttons are marked with."""
        return reference(self.key)

    @property
    def firing(self) -> tuple[Member, ...]:
        """The alerts that go on."""
        return tuple(member for member in self.members if member.is_firing)

    @property
    def lead(self) -> Member:
        """The alert that speaks for all: the first that goes on, else the first."""
        return next((member for member in self.members if member.is_firing), self.members[0])

    @property
    def is_resolved(self) -> bool:
        """Whether all of it is over. What was left out is not known to be."""
        return self.closed_unseen or not (self.left_out or any(m.is_firing for m in self.members))

    @property
    def ended_at(self) -> datetime | None:
        """When the last of it ended; None while it goes on."""
        ends = [member.ends_at for member in self.members if member.ends_at is not None]
        return max(ends) if self.is_resolved and ends else None

    @property
    def is_silenced(self) -> bool:
        """Whether all that goes on is silenced."""
        return not self.is_resolved and all(m.is_silenced for m in self.members if m.is_firing)

    @property
    def asks_for_halt(self) -> bool:
        """Whether one that goes on asks for a halt: silenced, it asks nobody."""
        return any(member.labels.get("action") == "halt" for member in self.firing)

    @property
    def is_urgent(self) -> bool:
        """Whether it is worth a ring: critical, going on, and not silenced."""
        return self.severity == "critical" and not (self.is_resolved or self.is_silenced)

    @property
    def name(self) -> str:
        """The name of the rule."""
        return self.lead.name

    @property
    def severity(self) -> str:
        """The gravest of what goes on, else of what there was: critical, warning or info."""
        found = {m.labels.get("severity") for m in self.firing or self.members}
        return next((severity for severity in _SEVERITIES if severity in found), "info")

    @property
    def venue(self) -> str:
        """The venue that all of it is about, or nothing."""
        venues = {member.labels.get("venue", "") for member in self.members}
        return venues.pop() if len(venues) == 1 else ""

    def knows(self, member: Member) -> bool:
        """Whether this very alert is one of it, in whatever state."""
        return any(member.key == known.key for known in self.members)

    def acked(self, *, by: str, at: datetime) -> "Incident":
        """Taken by somebody; the first to take it stays."""
        return self if self.ack else replace(self, ack=Mark(by=by, at=at))

    def silenced(self, mark: SilenceMark) -> "Incident":
        """Silenced as a whole."""
        members = tuple(replace(m, is_silenced=m.is_firing) for m in self.members)
        return replace(self, members=members, silences=(*self.silences, mark))

    def unsilenced(self, silence_id: str) -> "Incident":
        """Without this silence; loud again if it was the last."""
        left = tuple(mark for mark in self.silences if mark.silence_id != silence_id)
        members = tuple(replace(m, is_silenced=m.is_silenced and bool(left)) for m in self.members)
        return replace(self, silences=left, members=members)

    def without_silences(self, ended: Collection[str]) -> "Incident":
        """Without these marks; what is silenced all the same is another's doing, and stays."""
        left = tuple(mark for mark in self.silences if mark.silence_id not in ended)
        return replace(self, silences=left)

    def with_deed(self, line: str) -> "Incident":
        """With a line about what somebody did; the last ones are kept."""
        return replace(self, deeds=(*self.deeds, line)[-_KEPT_DEEDS:])

    def reminded(self, at: datetime) -> "Incident":
        """Noted that it was told once more."""
        return replace(self, reminded_at=at)

    def close_unseen(self, at: datetime) -> "Incident":
        """Over, as Alertmanager knows nothing of it any more; when it ended nobody saw."""
        members = tuple(replace(m, ends_at=m.ends_at or at) for m in self.members)
        return replace(self, members=members, left_out=0, closed_unseen=True)


def begin(group_key: str, members: Iterable[Member], *, left_out: int = 0) -> Incident:
    """The incident that these alerts, at least one, open."""
    found = tuple(members)
    first = min(found, key=lambda member: (member.starts_at, member.fingerprint))
    return Incident(
        key=first.key,
        group_key=group_key,
        opened_at=first.starts_at,
        members=found,
        left_out=left_out,
    )


def merge(incident: Incident, members: Iterable[Member], *, left_out: int = 0) -> Incident:
    """An incident after Alertmanager told of these alerts; of two starts the later one counts."""
    known = {member.fingerprint: member for member in incident.members}
    for member in members:
        before = known.get(member.fingerprint)
        if before is None or before.starts_at <= member.starts_at:
            known[member.fingerprint] = member
    merged = replace(incident, members=_kept(tuple(known.values())), left_out=left_out)
    if incident.ack and _is_graver(incident, merged):
        # Nobody took what is new: it rings as what nobody took does.
        line = f"✋ {incident.ack.by} had taken it before more of it fired"
        merged = replace(merged, ack=None).with_deed(line)
    return replace(merged, closed_unseen=incident.closed_unseen and not merged.firing)


def told(
    latest: Incident | None, group_key: str, members: tuple[Member, ...], *, left_out: int = 0
) -> Incident:
    """The incident that a notification is about: the group's latest one, or a new one.

    What fires after all was over is new, unless it is the very alert that was taken for over.
    """
    if latest is None:
        return begin(group_key, members, left_out=left_out)
    keys = {member.key for member in latest.members}
    fresh = [member for member in members if member.key not in keys]
    is_again = any(member.is_firing and member.key in keys for member in members)
    if is_again or not fresh or not latest.is_resolved:
        return merge(latest, members, left_out=left_out)
    return begin(group_key, fresh, left_out=left_out)


def _is_graver(before: Incident, after: Incident) -> bool:
    """Whether something critical fires that was not known in any state, or was less grave."""
    grave = {m.fingerprint for m in before.members if m.labels.get("severity") == "critical"}
    return any(
        m.labels.get("severity") == "critical" and m.fingerprint not in grave for m in after.firing
    )


def _kept(members: tuple[Member, ...]) -> tuple[Member, ...]:
    if len(members) <= _KEPT_MEMBERS:
        return members
    firing = tuple(member for member in members if member.is_firing)
    over = tuple(member for member in members if not member.is_firing)
    return (*over[-max(_KEPT_MEMBERS - len(firing), 1) :], *firing)
