"""Every series that the running stack makes, asked of the real programs."""

import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
import yaml
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.parser import text_string_to_metric_families

from arbwatch.control import ENGINE_HEADER
from arbwatch.events import utc_now
from bot.metrics import BotMetrics
from bot.outbox import Backlog
from exporter.routes import examples
from stack.render import render_all
from stack.secrets import make_secrets
from stack.services import list_services
from stack.settings import StackSettings
from tests.client import Client, edge, fill, now
from tests.conftest import RunningExporter, free_port, wait_until
from tests.prometheus.rule_files import ROOT, alerts, records
from tests.promql import Labels, Made, Reading, metrics_in
from tests.stack.processes import Tree, wait_for

# From 20 complete days on there are ratios of daily returns.
DAYS = 25
# Made by Prometheus at every scrape, for its target.
OF_EACH_SCRAPE = ("up", "scrape_duration_seconds", "scrape_samples_scraped")


def made_by_stack(folder: Path) -> Made:
    """Series by name: of exporter, bot, Prometheus and Alertmanager, and what the rules make."""
    made: defaultdict[str, list[Labels]] = defaultdict(list)
    for job, families in _scrapes(folder):
        for sample in (sample for family in families for sample in family.samples):
            made[sample.name].append({"job": job, "instance": None, **sample.labels})
    for name in OF_EACH_SCRAPE:
        made[name] = [{"job": job, "instance": None} for job in _jobs()]
    for rule in _in_order(records()):
        made[rule["record"]].append(_labels(rule, made))
    for alert in alerts():
        labels = {"alertname": alert["alert"], **_labels(alert, made)}
        made["ALERTS"] += [labels | {"alertstate": state} for state in ("pending", "firing")]
    return made


def _labels(rule: dict[str, Any], made: Made) -> dict[str, str | None]:
    """Those that its expression leaves, and its own."""
    left = dict.fromkeys(Reading(made).labels(rule["expr"]))
    return {**left, **rule.get("labels", {})}


def _in_order(rules: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each rule after those that record what it reads."""
    waiting = rules
    while waiting:
        names = {rule["record"] for rule in waiting}
        ready = [rule for rule in waiting if not metrics_in(rule["expr"]) & names]
        assert ready, f"these read each other: {names}"
        yield from ready
        waiting = [rule for rule in waiting if rule not in ready]


def _jobs() -> list[str]:
    config = yaml.safe_load((ROOT / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    return [job["job_name"] for job in config["scrape_configs"]]


def _scrapes(folder: Path) -> Iterator[tuple[str, Iterable[Metric]]]:
    exporter = RunningExporter(folder / "ledger.db")
    exporter.start()
    try:
        _push_everything(exporter.client)
        yield "exporter", exporter.client.scrape()
    finally:
        exporter.stop()
    yield "bot", _bot().collect()
    with _alerting(folder) as ports:
        for job, port in ports.items():
            yield job, text_string_to_metric_families(_metrics(port))


def _push_everything(client: Client) -> None:
    """Each kind of event, one that is refused, and fills of as many days as every ratio needs."""
    sender = {"engine": "mine", "queued": 0, "spooled": 0, "dropped": 0, "rejected": 0}
    present = [
        {"type": "edge"} | edge(),
        {"type": "latency"} | examples.LATENCY,
        {"type": "requests"} | examples.REQUESTS,
        {"type": "error"} | examples.ERROR,
        {"type": "breach"} | examples.BREACH,
        {"type": "exposure", "rows": examples.EXPOSURE, "num_pairs": 2},
        {"type": "sender", "last_success": now(), "started_at": now()} | sender,
        {"type": "latency", "venue": "kalshi"},
    ]
    past = [
        fill(f"f-{age}", pnl_cents=100 - 7 * age)
        | {"type": "fill", "timestamp": (utc_now() - timedelta(days=age)).isoformat()}
        for age in range(DAYS)
    ]
    events = [event | {"timestamp": now()} for event in present] + past
    taken = client.post("/api/events", events, **{ENGINE_HEADER: "mine"}).json()
    assert len(taken["rejected"]) == 1, taken
    wait_until(lambda: client.sample("arb_trades") == DAYS)


def _bot() -> CollectorRegistry:
    """The bot's metrics, with a token, a gateway that was open and a message that waits."""
    metrics = BotMetrics(CollectorRegistry(), version="0")
    metrics.watch_outbox(lambda: Backlog(waiting=1, oldest=utc_now()))
    metrics.watch_discord(lambda: True)
    metrics.watch_gateway(utc_now)
    metrics.watch_watchdog(utc_now)
    return metrics.registry


@contextlib.contextmanager
def _alerting(folder: Path) -> Iterator[dict[str, int]]:
    """Prometheus and Alertmanager with the repository's configuration, and their ports."""
    exporter, bot, prometheus_port, alertmanager_port = (free_port() for _ in range(4))
    settings = StackSettings(
        exporter_port=exporter,
        bot_port=bot,
        prometheus_port=prometheus_port,
        alertmanager_port=alertmanager_port,
    )
    services = list_services(settings, with_grafana=False)
    render_all(folder, services, secrets=make_secrets(folder))
    prometheus = [
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        f"--web.listen-address=127.0.0.1:{prometheus_port}",
        "--log.level=error",
    ]
    alertmanager = [
        "prometheus-alertmanager",
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{alertmanager_port}",
        "--cluster.listen-address=",
        "--log.level=error",
    ]
    # Prometheus counts what it sends to an Alertmanager once it has found it.
    with Tree(prometheus), Tree(alertmanager):
        wait_for(lambda: "notifications_sent_total{" in _metrics(prometheus_port))
        wait_for(lambda: _metrics(alertmanager_port))
        yield {"prometheus": prometheus_port, "alertmanager": alertmanager_port}


def _metrics(port: int) -> str:
    """What a program shows of itself; nothing while it is not there yet."""
    with contextlib.suppress(requests.ConnectionError):
        return requests.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
    return ""
