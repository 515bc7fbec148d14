"""The rules read for a replay: what each is made of, and in which order they can be recorded."""

from pathlib import Path

from stack.replay.rules import (
    Rule,
    in_levels,
    made_of,
    raw_metrics,
    read_rules,
    rule_files,
    seconds,
)

FILE = """
groups:
  - name: a
    interval: 30s
    rules:
      - {record: "a:b:c", expr: 'rate(d:e:f[1m]) * on () arb_limit{limit="arb_x"}'}
      - {record: "d:e:f", expr: "sum(arb_fills_total)"}
  - name: b
    rules:
      - alert: ArbX
        expr: a:b:c > 1 and on () up{job="bot"} == 1 and on () max_over_time(arb_y[20s]) > 0
        for: 1m30s
        keep_firing_for: 5m
        labels: {severity: critical}
"""


def parsed(tmp_path: Path) -> list[Rule]:
    """The rules of the file above."""
    path = tmp_path / "rules.yml"
    path.write_text(FILE)
    return read_rules([path])


def test_a_rule_tells_its_times_and_what_it_asks_for(tmp_path: Path) -> None:
    """Words between quotes are no series."""
    record, _, alert = parsed(tmp_path)

    assert (record.interval, record.metrics) == (30, {"d:e:f", "arb_limit"})
    assert (alert.interval, alert.hold, alert.keep) == (5, 90, 300)
    assert (alert.jobs, alert.shortest_window) == ({"bot"}, 20)
    assert alert.labels == {"severity": "critical"}


def test_an_alert_is_made_of_what_its_records_are_made_of(tmp_path: Path) -> None:
    """Down to what is scraped."""
    rules = parsed(tmp_path)

    parts = made_of(rules[2], rules)

    assert [part.name for part in parts] == ["ArbX", "a:b:c", "d:e:f"]
    assert raw_metrics(parts) == {"up", "arb_y", "arb_limit", "arb_fills_total"}


def test_records_follow_what_they_are_made_of(tmp_path: Path) -> None:
    """promtool sees only what was recorded before."""
    levels = in_levels(parsed(tmp_path))

    assert [[rule.name for rule in level] for level in levels] == [["d:e:f"], ["a:b:c"]]


def test_every_record_of_ours_has_its_level() -> None:
    """In none of which one needs another."""
    rules = read_rules()

    levels = in_levels(rules)

    assert sum(map(len, levels)) == sum(not rule.is_alert for rule in rules) > 20
    for level in levels:
        names = {rule.name for rule in level}
        assert not any(rule.metrics & names for rule in level)
    assert len(rule_files()) >= 7


def test_durations_are_read_as_prometheus_writes_them() -> None:
    """Also several units, and none."""
    assert [seconds(text) for text in ("1m30s", "500ms", "2d", "")] == [90, 0.5, 172_800, 0]
