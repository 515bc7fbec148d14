"""Every expression that rules, their texts and the dashboards ask of Prometheus."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.grafana.board_files import (
    annotation_expressions,
    as_asked,
    asks_prometheus,
    boards,
    panels,
)
from tests.prometheus.rule_files import rules

IN_RULE = re.compile(r"\$labels\.(\w+)")
IN_LEGEND = re.compile(r"\{\{\s*(\w+)\s*\}\}")
IN_TEXT = re.compile(r'(?:query|printf) "([^"]+)"')


class Asked(NamedTuple):
    """An expression, where it stands, and the labels that texts beside it show."""

    place: str
    expression: str
    shown: frozenset[str] = frozenset()


def everything_asked() -> list[Asked]:
    """All of them."""
    return [*_by_rules(), *_by_boards()]


def _by_rules() -> Iterator[Asked]:
    for rule in rules():
        name = rule.get("alert") or rule["record"]
        texts = " ".join(rule.get("annotations", {}).values())
        # What the rule itself adds is there, whatever its expression gives.
        shown = set(IN_RULE.findall(texts)) - rule.get("labels", {}).keys()
        yield Asked(name, rule["expr"], frozenset(shown))
        for expression in IN_TEXT.findall(texts):
            if "{" in expression or "(" in expression:
                yield Asked(f"text of {name}", expression.replace("='%s'", "=~'.+'"))


def _by_boards() -> Iterator[Asked]:
    for board in boards():
        for panel in filter(asks_prometheus, panels(board)):
            for target in panel["targets"]:
                yield _by_target(f"{board['title']}, {panel['title']}", panel, target)
        for variable in board["templating"]["list"]:
            if match := re.match(r"label_values\((.+), (\w+)\)", variable.get("definition", "")):
                place = f"{board['title']}, variable {variable['name']}"
                yield Asked(place, match[1], frozenset({match[2]}))
    for expression in annotation_expressions():
        yield Asked("annotation", expression)


def _by_target(place: str, panel: dict[str, Any], target: dict[str, Any]) -> Asked:
    shown = IN_LEGEND.findall(target.get("legendFormat", ""))
    return Asked(place, as_asked(target["expr"], panel.get("interval")), frozenset(shown))
