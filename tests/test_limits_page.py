"""docs/limits.md: what it says of each limit is what the file, its checks and the rules say."""

import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from exporter.limits import OF_VENUE, Limits
from exporter.limits_file import HEDGE_TIMEOUTS
from exporter.metrics.buckets import FEED_SECONDS, SLIPPAGE_CENTS
from tests.prometheus.panels import PANELS
from tests.prometheus.rule_files import alerts, records

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "limits.md"
HEADER = """\
| Limit | Default | What | May be | Each venue its own | Judged by, shown in |
|---|---|---|---|---|---|
"""
KINDS = get_type_hints(Limits, include_extras=True)
# Beside what its kind says.
MORE = {
    "hedge_timeout": f"one of {', '.join(f'{bound:g}' for bound in HEDGE_TIMEOUTS)}",
    "median_slippage": f"a number above 0 and below {SLIPPAGE_CENTS[-1]:g}",
    "feed_latency": f"a number above 0 and below {FEED_SECONDS[-1]:g}",
    "weekly_loss": "a share from daily_loss to 1",
    "monthly_loss": "a share from weekly_loss to 1",
    "contract_exposure": "a number above 0, at most venue_exposure",
}


def entries() -> list[tuple[str, str, str]]:
    """Name, value and comment of each line of the file."""
    text = (ROOT / "limits.yml").read_text(encoding="utf-8")
    return re.findall(r"(?m)^(\w+): (\S+) +# (.*)$", text)


def may_be(name: str) -> str:
    """What is allowed."""
    kind = get_args(KINDS[name])[0] if name in OF_VENUE else KINDS[name]
    [meta] = kind.__metadata__
    return MORE.get(name, str(meta.description))


def limits_in(expression: str) -> set[str]:
    """The limits that it compares with, itself or by way of what was recorded for it."""
    found, open_ = set(), {expression}
    while open_:
        text = open_.pop()
        found |= set(re.findall(r'limit="(\w+)"', text))
        open_ |= {r["expr"] for r in records() if r["record"] in text and r["expr"] != text}
    return found


def judges(name: str) -> str:
    """The alerts that compare with it, each with the panel that its card links to."""
    found = [rule["alert"] for rule in alerts() if name in limits_in(rule["expr"])]
    links = [f"[{alert}](runbooks/{alert}.md): {_panel(alert)}" for alert in found]
    return "<br>".join(links)


def table() -> str:
    """The table of the page."""
    rows = [
        f"| `{name}` | {value} | {what} | {may_be(name)} | {_yes(name)} | {judges(name)} |\n"
        for name, value, what in entries()
    ]
    return HEADER + "".join(rows)


def test_the_page_has_every_limit_as_it_is(pytestconfig: pytest.Config) -> None:
    """`pytest --rewrite-snapshots` writes the table anew."""
    page = PAGE.read_text(encoding="utf-8")
    if pytestconfig.getoption("--rewrite-snapshots"):
        page = re.sub(r"(?m)^\| Limit (.*\n)(\|.*\n)*", lambda _: table(), page)
        PAGE.write_text(page, encoding="utf-8")

    assert table() in page


def test_the_file_explains_each_limit() -> None:
    """In the order in which they are checked and shown: none is without its words."""
    names = [name for name, _, _ in entries()]

    assert sorted(names) == sorted(KINDS)


def test_the_readme_leads_there() -> None:
    """Where somebody looks first."""
    assert "(docs/limits.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


def _yes(name: str) -> str:
    return "yes" if name in OF_VENUE else "no"


def _panel(alert: str) -> str:
    uid, title = PANELS[alert]
    return f"{uid.removeprefix('arbwatch-').capitalize()}, *{title}*"
