"""All that is kept of results: their totals, the reports of them, and the gauges that follow."""

from exporter.clock import Clock
from exporter.edges import Edges
from exporter.ledger.ledger import Ledger
from exporter.ledger.totals import Totals
from exporter.limits_in_force import LimitsInForce
from exporter.metrics import Metrics
from exporter.metrics.results import Results
from exporter.pnl import Pnl
from exporter.refresh import Refresh
from exporter.settings import Settings
from exporter.stats import Stats


class Performance:
    """Gives what was stored to whoever adds it up, tells of it or shows it."""

    def __init__(
        self,
        settings: Settings,
        totals: Totals,
        *,
        ledger: Ledger,
        edges: Edges,
        limits: LimitsInForce,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self.totals = totals
        self.pnl = Pnl(totals, limits=limits, now=clock.now)
        self.stats = Stats(
            ledger,
            totals,
            limits=limits,
            venues=settings.venues,
            hand_over=edges.days.hand_over,
            now=clock.now,
        )
        self.gauges = Results(
            totals, limits=limits, venue=metrics.venue, category=metrics.category, now=clock.now
        )
        self.refresh = Refresh(
            ledger,
            categories=settings.categories,
            leaders=settings.venues,
            on_read=self.gauges.show,
            on_failure=metrics.service.results_failures.inc,
        )
