"""What a PromQL expression names: metrics, the labels they must have, and their values."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import promql_parser as promql

# Labels of one series. `None` is a value that is not known: any.
Labels = Mapping[str, str | None]
# What exists, by metric.
Made = Mapping[str, Sequence[Labels]]

# What keeps the labels of what it aggregates.
PICKING = {"topk", "bottomk", "limitk"}
WITHOUT_LABELS = {"time", "vector", "scalar", "pi"}


def metrics_in(expression: str) -> set[str]:
    """Every metric that an expression names."""
    return {node.name for node in selectors(expression)}


def selectors(expression: str) -> list[Any]:
    """Every selector of an expression, those with a range too."""
    found = []

    def visit(node: Any) -> None:
        if isinstance(node, promql.MatrixSelector):
            found.append(node.vector_selector)
        elif isinstance(node, promql.VectorSelector):
            found.append(node)

    promql.walk(promql.parse(expression), visit)
    return found


def windows(expression: str) -> list[float]:
    """How many seconds each range of an expression looks back."""
    found = []

    def visit(node: Any) -> None:
        if isinstance(node, promql.MatrixSelector | promql.SubqueryExpr) and node.range:
            found.append(node.range.total_seconds())

    promql.walk(promql.parse(expression), visit)
    return found


@dataclass
class Reading:
    """Reads an expression against what exists; what it names in vain is in `problems`."""

    made: Made
    problems: list[str] = field(default_factory=list)

    def labels(self, expression: str) -> set[str]:
        """Names of the labels that the result of an expression can have."""
        return self._of(promql.parse(expression))

    def _of(self, node: Any) -> set[str]:
        if isinstance(node, promql.VectorSelector):
            return self._selected(node)
        if isinstance(node, promql.MatrixSelector):
            return self._selected(node.vector_selector)
        if isinstance(node, promql.Call):
            return self._called(node)
        if isinstance(node, promql.AggregateExpr):
            return self._aggregated(node)
        if isinstance(node, promql.BinaryExpr):
            return self._combined(node)
        return self._of(node.expr) if hasattr(node, "expr") else set()

    def _selected(self, node: Any) -> set[str]:
        matchers = node.matchers.matchers
        series = self.made.get(node.name, [])
        fitting = [labels for labels in series if all(_fits(m, labels) for m in matchers)]
        if not fitting:
            self.problems.append(f"nothing makes {node}")
        return set().union(*fitting) if fitting else set().union(*series)

    def _called(self, node: Any) -> set[str]:
        name, arguments = node.func.name, node.args
        labels: set[str] = set().union(*(self._of(argument) for argument in arguments))
        if name in WITHOUT_LABELS:
            return set()
        if name in {"absent", "absent_over_time"}:
            return _asked_for(arguments[0])
        if name == "label_replace":
            target, source = arguments[1].val, arguments[3].val
            self._need({source} - {""}, labels, node)
            return labels | {target}
        if name == "histogram_quantile":
            self._need({"le"}, labels, node)
            return labels - {"le"}
        return labels

    def _aggregated(self, node: Any) -> set[str]:
        labels = self._of(node.expr)
        named = set(node.modifier.labels) if node.modifier else set()
        self._need(named, labels, node)
        if str(node.op) in PICKING:
            return labels
        if node.modifier and node.modifier.type == promql.AggModifierType.Without:
            return labels - named
        return named | ({node.param.val} if str(node.op) == "count_values" else set())

    def _combined(self, node: Any) -> set[str]:
        left, right = self._of(node.lhs), self._of(node.rhs)
        if _is_number(node.lhs) or _is_number(node.rhs):
            return left | right
        matching = node.modifier and node.modifier.matching
        named = set(matching.labels) if matching else set()
        self._need(named, left, node)
        self._need(named, right, node)
        added = set((node.modifier and node.modifier.group_labels) or ())
        if str(node.op) == "or":
            return left | right
        if str(node.op) in {"and", "unless"}:
            return left
        if node.modifier and node.modifier.card == promql.VectorMatchCardinality.OneToMany:
            return right | added
        if node.modifier and node.modifier.card == promql.VectorMatchCardinality.ManyToOne:
            return left | added
        is_on = matching and matching.type == promql.LabelModifierType.Include
        return named if is_on else left - named

    def _need(self, named: set[str], labels: set[str], node: Any) -> None:
        if missing := named - labels:
            self.problems.append(f"no label {', '.join(sorted(missing))} there: {node.prettify()}")


def _asked_for(node: Any) -> set[str]:
    """Labels of what `absent` answers: those that a mere selector asks a value of."""
    selector = node.vector_selector if isinstance(node, promql.MatrixSelector) else node
    if not isinstance(selector, promql.VectorSelector):
        return set()
    return {m.name for m in selector.matchers.matchers if m.op == promql.MatchOp.Equal}


def _fits(matcher: Any, labels: Labels) -> bool:
    """Whether a series has the label; and the value, if it is one that is asked for."""
    if matcher.name not in labels:
        return False
    value = labels[matcher.name]
    if value is None or "$" in matcher.value:
        return True
    if matcher.op in (promql.MatchOp.Equal, promql.MatchOp.NotEqual):
        is_met = matcher.value == value
    else:
        is_met = re.fullmatch(matcher.value, value) is not None
    return bool(is_met is (matcher.op in (promql.MatchOp.Equal, promql.MatchOp.Re)))


def _is_number(node: Any) -> bool:
    """Whether it has no labels to match by."""
    if isinstance(node, promql.ParenExpr | promql.UnaryExpr):
        return _is_number(node.expr)
    if isinstance(node, promql.BinaryExpr):
        return _is_number(node.lhs) and _is_number(node.rhs)
    if isinstance(node, promql.Call):
        return node.func.name in {"time", "scalar", "pi"}
    return isinstance(node, promql.NumberLiteral)


def values_named(expression: str) -> Iterator[str]:
    """A selector for each value that an expression names, also where it names it to leave it out:
    `x{a=~"b|c", d!="e"}` gives `x{a="b"}`, `x{a="c"}` and `x{d="e"}`.
    """
    for node in selectors(expression):
        for matcher in node.matchers.matchers:
            is_list = re.fullmatch(r"[\w-]+(\|[\w-]+)*", matcher.value)
            for value in matcher.value.split("|") if is_list else ():
                yield f'{node.name}{{{matcher.name}="{value}"}}'
