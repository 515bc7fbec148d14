"""The reader of expressions that the contracts rely on: it finds what is named in vain."""

import pytest

from tests.promql import Made, Reading, values_named

MADE: Made = {
    "calls_total": [
        {"venue": "kalshi", "result": "ok"},
        {"venue": "kalshi", "result": "error"},
    ],
    "seconds_bucket": [{"venue": "kalshi", "le": "1"}],
    "limit": [{"limit": "rate", "scope": "kalshi"}],
}


def read(expression: str) -> Reading:
    """An expression, read."""
    reading = Reading(MADE)
    reading.labels(expression)
    return reading


@pytest.mark.parametrize(
    "expression",
    [
        "call_total",
        'calls_total{result="err"}',
        'calls_total{results!="ok"}',
        'calls_total{venue="kalshi", result=~"bad|worse"}',
        "sum by (venues) (rate(calls_total[1m]))",
        "histogram_quantile(0.5, sum by (venue) (rate(seconds_bucket[1m])))",
        "calls_total > on (venue) limit",
        'label_replace(limit, "venue", "$1", "scopes", "(.+)")',
        'time() - sum(calls_total) and on (engine) up{job="exporter"}',
        "sum by (result) (max_over_time(sum by (venue) (calls_total)[5m:1m]))",
        "sum by (venue) (sum without (venue) (calls_total))",
    ],
)
def test_what_is_named_in_vain_is_found(expression: str) -> None:
    """A metric, a value or a label that nothing has."""
    assert read(expression).problems


@pytest.mark.parametrize(
    ("expression", "labels"),
    [
        ('sum by (venue) (rate(calls_total{result="error"}[1m]))', {"venue"}),
        ('calls_total{result!="ok"} > 3', {"venue", "result"}),
        ('label_replace(limit, "venue", "$1", "scope", "(.+)")', {"limit", "scope", "venue"}),
        (
            "calls_total > on (venue) group_left () sum by (venue) (calls_total)",
            {"venue", "result"},
        ),
        ("calls_total > on (venue) sum by (venue) (calls_total)", {"venue"}),
        ("histogram_quantile(0.5, seconds_bucket)", {"venue"}),
        ("topk by (venue) (3, calls_total)", {"venue", "result"}),
        ('absent(limit{limit="rate"})', {"limit"}),
        ('absent(limit{limit="rate"} == 1)', set()),
        ("time() - max(calls_total)", set()),
        ('count_values("value", sum by (venue) (calls_total))', {"value"}),
    ],
)
def test_labels_of_the_result_are_known(expression: str, labels: set[str]) -> None:
    """And nothing is found where all is well."""
    reading = Reading(MADE)

    assert reading.labels(expression) == labels
    assert reading.problems == []


def test_every_value_is_looked_at_by_itself() -> None:
    """One of several that does not exist would hide behind the others; so would one left out."""
    named = list(values_named('x{a=~"b|c", d!="e", f=~"g.*"}'))

    assert named == ['x{a="b"}', 'x{a="c"}', 'x{d="e"}']
