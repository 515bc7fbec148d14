"""Which alerts would have fired, from when to when."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from textwrap import wrap

from stack.replay.rules import Rule, made_of, raw_metrics
from stack.replay.server import Server

MOST_ROWS = 8
# The severity of an alert that fires as long as all is well, and says nothing.
ALWAYS = "none"


@dataclass(frozen=True, slots=True)
class Firing:
    """One alert that would have fired; times are seconds since 1970, `peak` its largest value."""

    alert: str
    labels: dict[str, str]
    start: float
    end: float
    peak: float


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of the rules; `blind` names, by alert, what the replay holds nothing of.

    Those that did not fire are `silent`, or `narrow` when a window that they look through is too
    short for the steps of this replay.
    """

    firings: list[Firing] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    narrow: list[str] = field(default_factory=list)
    blind: dict[str, list[str]] = field(default_factory=dict)


def judge(rules: list[Rule], server: Server, *, start: float, end: float, step: int) -> Judged:
    """Evaluate every alert over the span."""
    judged = Judged()
    metrics, jobs = server.names("__name__"), server.names("job")
    for rule in (rule for rule in rules if rule.is_alert):
        parts = made_of(rule, rules)
        missing = sorted((raw_metrics(parts) - metrics) | (rule.jobs - jobs))
        if missing:
            judged.blind[rule.name] = missing
            continue
        every = max(step, int(rule.interval))
        found = [
            Firing(rule.name, labels | rule.labels, *times)
            for labels, points in server.over(rule.expr, start, end, every)
            for times in firing_times(points, every=every, hold=rule.hold, keep=rule.keep)
        ]
        judged.firings.extend(sorted(found, key=lambda firing: firing.start))
        is_narrow = min(part.shortest_window for part in parts) < 2 * step
        if not found:
            (judged.narrow if is_narrow else judged.silent).append(rule.name)
    return judged


def firing_times(
    points: Iterable[tuple[float, float]], *, every: float, hold: float, keep: float
) -> list[tuple[float, float, float]]:
    """Start, end and largest value of each firing, from the times at which the expression held.

    As Prometheus has it: it holds for `hold` before it fires, and fires on for `keep` after that.
    """
    found: list[tuple[float, float, float]] = []
    since = last = peak = float("-inf")
    is_firing = False
    for at, value in points:
        ended = last + every
        if at > ended and not (is_firing and at - ended < keep):
            if is_firing:
                found.append((since + hold, ended + keep, peak))
            since, peak, is_firing = at, value, False
        last, peak = at, max(peak, value)
        is_firing = is_firing or at - since >= hold
    if is_firing:
        found.append((since + hold, last + every + keep, peak))
    return found


def as_alerts(firings: list[Firing], step: int) -> Iterable[str]:
    """The series that Prometheus keeps of alerts that fire, as OpenMetrics text.

    A series has its samples in order of time, which is all that promtool asks.
    """
    for firing in firings:
        labels = {"alertname": firing.alert, "alertstate": "firing"} | firing.labels
        labels.pop("__name__", None)
        text = ",".join(f'{name}="{_escaped(value)}"' for name, value in sorted(labels.items()))
        first = -int(-firing.start // step) * step
        for at in range(first, int(firing.end), step):
            yield f"ALERTS{{{text}}} 1 {at}\n"
    yield "# EOF\n"


def told(judged: Judged) -> str:
    """A table of what would have fired, and what could not be judged."""
    rows = [("alert", "of", "from", "for", "at most")]
    firings = [each for each in judged.firings if each.labels.get("severity") != ALWAYS]
    for alert in dict.fromkeys(firing.alert for firing in firings):
        own = [firing for firing in firings if firing.alert == alert]
        rows += [_row(firing) for firing in own[:MOST_ROWS]]
        if len(own) > MOST_ROWS:
            total = _lasted(sum(firing.end - firing.start for firing in own))
            rows.append((f"  … {len(own):,} times", "", "", f"{total} in all", ""))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    if len(rows) == 1:
        lines = ["No alert would have fired."]
    lines += _listed("Silent", judged.silent)
    if judged.narrow:
        lines += _listed("Judged in part, since --step is over half of a window", judged.narrow)
    if judged.blind:
        lines += ["Not judged, since nothing of this past tells what they ask for:"]
        lines += [f"  {alert}: {', '.join(names)}" for alert, names in judged.blind.items()]
    return "\n".join(lines)


def _row(firing: Firing) -> tuple[str, str, str, str, str]:
    hidden = ("severity", "topic", "action", "job", "instance", "__name__")
    labels = [value for name, value in sorted(firing.labels.items()) if name not in hidden]
    start = datetime.fromtimestamp(firing.start, UTC).strftime("%Y-%m-%d %H:%M:%S")
    lasted = _lasted(firing.end - firing.start)
    return firing.alert, " ".join(labels), start, lasted, f"{firing.peak:.6g}"


def _listed(title: str, names: list[str]) -> list[str]:
    return wrap(f"{title}: {', '.join(names) or 'none'}", width=100, subsequent_indent="  ")


def _lasted(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
