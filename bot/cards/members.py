"""The alerts that share a card, a line each."""

from collections import Counter
from collections.abc import Sequence

from bot.incidents import Incident, Member
from bot.text import clip, discord, one_line

_SHOWN = 8
_LINE_LIMIT = 76


def member_lines(incident: Incident) -> list[str]:
    """How many there are, and by what they differ; none for one alone."""
    members = incident.members
    total = len(members) + incident.left_out
    if total == 1:
        return []
    # What goes on comes first; nothing else is sorted, so that lines do not jump about.
    ordered = sorted(members, key=lambda member: not member.is_firing)
    labels = _differing(members)
    lines = [_line(member, labels) for member in ordered[:_SHOWN]]
    hidden = total - len(lines)
    return [_heading(incident, total), *lines, *([f"… and {hidden:,} more"] if hidden else [])]


def _heading(incident: Incident, total: int) -> str:
    over = len(incident.members) - len(incident.firing)
    rest = f", {over:,} over" if over and not incident.is_resolved else ""
    return f"**{total:,} alerts**{rest}"


def _differing(members: Sequence[Member]) -> list[str]:
    """The labels that tell one from another, in alphabetical order."""
    values: dict[str, set[str]] = {}
    times: Counter[str] = Counter()
    for member in members:
        times.update(member.labels.keys())
        for label, value in member.labels.items():
            values.setdefault(label, set()).add(value)
    return [
        label for label in sorted(values) if len(values[label]) > 1 or times[label] < len(members)
    ]


def _line(member: Member, labels: list[str]) -> str:
    values = (one_line(member.labels.get(label, "")) for label in labels)
    text = " · ".join(value for value in values if value) or member.name
    mark = "•" if member.is_firing else "✓"
    return f"{mark} {discord(clip(text, _LINE_LIMIT))}"
