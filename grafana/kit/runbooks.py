"""Which alerts a panel is about: read from the rules, which link to it."""

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from grafana.kit.base import Panel

RULES = Path(__file__).parents[2] / "prometheus" / "rules"


def with_runbooks(uid: str, panel: Panel) -> Panel:
    """The panel, its description followed by where to read of its alerts."""
    alerts = _alerts_by_link().get(f"/d/{uid}?viewPanel={panel['id']}")
    if not alerts:
        return panel
    pages = ", ".join(f"docs/runbooks/{alert}.md" for alert in alerts)
    return panel | {"description": f"{panel['description']}\n\nRunbooks: {pages}"}


@cache
def _alerts_by_link() -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(RULES.glob("*.yml")):
        rules: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        for rule in (rule for group in rules["groups"] for rule in group["rules"]):
            if link := rule.get("annotations", {}).get("panel"):
                found[link].append(rule["alert"])
    return found
