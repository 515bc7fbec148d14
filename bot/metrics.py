"""Metrics of the bot, each known by one attribute."""

from collections.abc import Callable
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
)

from bot.collectors import BacklogCollector, MomentCollector
from bot.command_list import COMMANDS
from bot.outbox import Backlog

WEBHOOK_REJECTIONS = ("unauthorized", "forbidden", "not_alertmanager", "too_large", "commit_failed")
DELIVERY_FAILURES = (
    "unreachable",
    "rate_limited",
    "forbidden",
    "refused",
    "message_gone",
    "too_old",
    "store",
    "unexpected",
)
OPERATIONS = ("post", "edit")
REMINDER_FAILURES = ("store", "not_deleted", "unexpected")
NOTICE_KINDS = ("fill", "reversal", "error", "breach")
RESULTS = (
    "ok",
    "asked",
    "refused",
    "late",
    "repeated",
    "unconfirmed",
    "unavailable",
    "failed",
    "lost",
)
# Buttons that are no commands.
_PRESSED = ("ack", "silence", "unsilence")
# What is denied to who has no role for it.
ACTING = ("halt", "resume", "mute", "notify", *_PRESSED)
COMMAND_NAMES = (*COMMANDS, *_PRESSED, "other")
ORDERS = ("ordered", "failed")
REPORTS = ("sent", "failed")
RECONCILED = ("ended_unseen", "silenced", "unsilenced", "told_late")
# Discord answers in 0.1 to 0.5 s; a queued message may wait out an outage.
DELIVERY_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600)


class BotMetrics:
    """Every metric of the bot, with known label sets created so that their series begin at 0."""

    def __init__(self, registry: CollectorRegistry, *, version: str) -> None:
        self.registry = registry
        ProcessCollector(registry=registry)
        self._count_webhook(registry)
        self._count_deliveries(registry)
        self._count_guards(registry)
        self._count_notices(registry)
        self._count_commands(registry)
        self._count_halts(registry)
        build = Gauge("arb_bot_build_info", "Always 1.", ("version",), registry=registry)
        build.labels(version=version).set(1)

    def _count_webhook(self, registry: CollectorRegistry) -> None:
        """What Alertmanager posts, and who may."""
        self.alerts_received = Counter(
            "arb_bot_alerts_received",
            "Alerts that Alertmanager posted and the outbox committed.",
            registry=registry,
        )
        self.webhook_rejected = _counter(
            registry,
            "arb_bot_webhook_rejected",
            "Webhook posts not accepted.",
            reason=WEBHOOK_REJECTIONS,
        )
        self.token_reload_failures = Counter(
            "arb_bot_token_reload_failures",
            "Changes of TOKENS_FILE that could not be read.",
            registry=registry,
        )

    def _count_deliveries(self, registry: CollectorRegistry) -> None:
        """Cards on their way to Discord."""
        self.deliveries = _counter(
            registry, "arb_bot_deliveries", "Attempts to deliver a card.", operation=OPERATIONS
        )
        self.delivery_failures = _counter(
            registry,
            "arb_bot_delivery_failures",
            "Attempts to deliver a card that failed.",
            reason=DELIVERY_FAILURES,
        )
        self.delivery_seconds = Histogram(
            "arb_bot_delivery_seconds",
            "From a card's change until Discord had it.",
            buckets=DELIVERY_BUCKETS,
            registry=registry,
        )
        self.dead_letters = Counter(
            "arb_bot_dead_letters",
            "Cards that Discord refused for good: kept, and shown by their title only.",
            registry=registry,
        )
        self.identifies = Counter(
            "arb_bot_identifies",
            "Sessions begun at Discord's gateway; at 1,000 a day Discord resets the token.",
            registry=registry,
        )

    def _count_guards(self, registry: CollectorRegistry) -> None:
        """What watches over delivery."""
        self.fallback = _counter(
            registry,
            "arb_bot_fallback",
            "Reports by the second way while Discord is away; one that failed is tried again.",
            result=REPORTS,
        )
        self.reconciled = _counter(
            registry,
            "arb_bot_reconciled",
            "Incidents put right because Alertmanager's API told of something that no post did.",
            change=RECONCILED,
        )
        self.reconcile_failures = Counter(
            "arb_bot_reconcile_failures",
            "Looks at Alertmanager's API that failed; nothing was changed.",
            registry=registry,
        )
        self.heartbeat = Gauge(
            "arb_bot_heartbeat_timestamp_seconds",
            "When the bot's loop and its outbox last answered each other; every second.",
            registry=registry,
        )
        self.reminders = Counter(
            "arb_bot_reminders",
            "Times that critical alerts were told again, since nobody had taken them.",
            registry=registry,
        )
        self.reminder_failures = _counter(
            registry,
            "arb_bot_reminder_failures",
            "Times that a reminder could not be made, or an old one not be taken away.",
            reason=REMINDER_FAILURES,
        )

    def _count_notices(self, registry: CollectorRegistry) -> None:
        """Facts of the exporter's stream."""
        self.stream_up = Gauge(
            "arb_bot_stream_up",
            "1 while the exporter's event stream is connected.",
            registry=registry,
        )
        self.notices = _counter(
            registry, "arb_bot_notices", "Notices put into the outbox.", kind=NOTICE_KINDS
        )
        self.notices_skipped = Counter(
            "arb_bot_notices_skipped", "Stream events that could not be read.", registry=registry
        )

    def _count_commands(self, registry: CollectorRegistry) -> None:
        """What people do."""
        self.commands = Counter(
            "arb_bot_commands", "Commands answered.", ("command", "result"), registry=registry
        )
        for command in COMMAND_NAMES:
            for result in RESULTS:
                self.commands.labels(command=command, result=result)
        self.denials = _counter(
            registry,
            "arb_bot_denials",
            "Times that somebody was not allowed to act.",
            command=ACTING,
        )
        self.denials_lost = _counter(
            registry,
            "arb_bot_denials_lost",
            "Denials that the exporter did not take into its audit trail.",
            command=ACTING,
        )

    def _count_halts(self, registry: CollectorRegistry) -> None:
        """Halts that alerts ask for."""
        self.auto_halts = _counter(
            registry,
            "arb_bot_auto_halts",
            "Orders of halts that alerts ask for; one that failed is tried again.",
            result=ORDERS,
        )
        self.auto_halts_waiting = Gauge(
            "arb_bot_auto_halts_waiting",
            "Halts that alerts ask for and the exporter has not stored.",
            registry=registry,
        )

    def watch_outbox(self, backlog: Callable[[], Backlog]) -> None:
        """Show at every scrape how much waits in the outbox."""
        self.registry.register(BacklogCollector(backlog))

    def watch_discord(self, is_ready: Callable[[], bool]) -> None:
        """Show whether Discord's gateway is connected; only called when there is a token."""
        gauge = Gauge(
            "arb_bot_discord_up", "1 while Discord's gateway is connected.", registry=self.registry
        )
        gauge.set_function(is_ready)

    def watch_gateway(self, last_open: Callable[[], datetime | None]) -> None:
        """Show when Discord's gateway was last connected."""
        self.registry.register(
            MomentCollector(
                "arb_bot_gateway_last_open_timestamp_seconds",
                "When Discord's gateway was last connected; absent until it was.",
                last_open,
            )
        )

    def watch_watchdog(self, last_heard: Callable[[], datetime | None]) -> None:
        """Show when the alert that always fires last came."""
        self.registry.register(
            MomentCollector(
                "arb_bot_watchdog_last_seen_timestamp_seconds",
                "When Alertmanager last told of the alert that always fires; absent until it did.",
                last_heard,
            )
        )

    def count_command(self, command: str, result: str) -> None:
        """Count one answered command; a name outside the closed set goes to `other`."""
        known = command if command in COMMAND_NAMES else "other"
        self.commands.labels(command=known, result=result).inc()


def _counter(
    registry: CollectorRegistry, name: str, text: str, **labels: tuple[str, ...]
) -> Counter:
    [(label, values)] = labels.items()
    counter = Counter(name, text, (label,), registry=registry)
    for value in values:
        counter.labels(**{label: value})
    return counter
