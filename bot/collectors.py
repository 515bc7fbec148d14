"""Metrics that are read at each scrape from where they are kept."""

from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.outbox import Backlog


class BacklogCollector(Collector):
    """The oldest waiting card has no sample while nothing waits: there is no such time."""

    def __init__(self, backlog: Callable[[], Backlog]) -> None:
        self._backlog = backlog

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The samples of now."""
        backlog = self._backlog()
        yield GaugeMetricFamily(
            "arb_bot_outbox_waiting", "Cards that wait for delivery.", value=backlog.waiting
        )
        oldest = GaugeMetricFamily(
            "arb_bot_outbox_oldest_waiting_timestamp_seconds",
            "When the longest waiting card changed; absent while none waits.",
        )
        if backlog.oldest is not None:
            oldest.add_metric([], backlog.oldest.timestamp())
        yield oldest


class MomentCollector(Collector):
    """A time that has no sample while there was none."""

    def __init__(self, name: str, text: str, moment: Callable[[], datetime | None]) -> None:
        self._name = name
        self._text = text
        self._moment = moment

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The samples of now."""
        family = GaugeMetricFamily(self._name, self._text)
        if (moment := self._moment()) is not None:
            family.add_metric([], moment.timestamp())
        yield family
