"""What sees to it that nothing is lost unnoticed: in Alertmanager, on the way, or at Discord."""

from collections.abc import Coroutine

from bot.alertmanager_api import AlertmanagerApi
from bot.auto_halts import AutoHalts
from bot.fallback import Fallback, Webhook
from bot.heartbeat import beat
from bot.metrics import BotMetrics
from bot.outbox import Outbox
from bot.pruning import prune_hourly
from bot.reconcile import Reconciler
from bot.relay import Relay
from bot.settings import BotConfig
from bot.watchdog import Watchdog

# Nobody waits for it, and thousands of alerts may fire.
RECONCILE_TIMEOUT_SECONDS = 10.0


class Guards:
    """The parts of the bot that watch its surroundings, and the relay that they share."""

    def __init__(
        self, config: BotConfig, outbox: Outbox, auto_halts: AutoHalts, *, metrics: BotMetrics
    ) -> None:
        self._outbox = outbox
        self._metrics = metrics
        self._watchdog = Watchdog(outbox)
        metrics.watch_watchdog(lambda: self._watchdog.last_heard)
        self.relay = Relay(
            outbox,
            auto_halts,
            halting=config.auto_halt,
            metrics=metrics,
            hear=self._watchdog.hear,
        )
        self._alerts = AlertmanagerApi(
            config.alertmanager_url, timeout_seconds=RECONCILE_TIMEOUT_SECONDS
        )
        self._reconciler = Reconciler(outbox, self._alerts, self.relay, metrics=metrics)
        self._fallback = _make_fallback(config, outbox, metrics)

    def parts(self) -> list[Coroutine[None, None, None]]:
        """What runs for as long as the bot does."""
        parts = [
            self._watchdog.run(),
            self._reconciler.run(),
            prune_hourly(self._outbox),
            beat(self._outbox, metrics=self._metrics),
        ]
        return parts if self._fallback is None else [*parts, self._fallback.run()]

    async def close(self) -> None:
        """Close the connections; closing twice is harmless."""
        await self._alerts.close()


def _make_fallback(config: BotConfig, outbox: Outbox, metrics: BotMetrics) -> Fallback | None:
    """There is no second way without a first."""
    url = config.fallback_webhook_url
    if config.token is None or url is None:
        return None
    return Fallback(outbox, Webhook(url, form=config.fallback_webhook_format), metrics=metrics)
