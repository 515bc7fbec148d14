"""Wiring: every part of the exporter made once, and given what it needs."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry

from arbwatch import __version__
from arbwatch.bearer.gate import in_force
from arbwatch.bearer.tokens import Scope
from exporter import refusals
from exporter.access import Access
from exporter.clock import REAL, Clock
from exporter.control import IN_SERVICE, Control, Patience
from exporter.edges import Edges
from exporter.engines import Engines
from exporter.exposure import OpenExposure
from exporter.health import VenueWatch
from exporter.ingest import Ingest
from exporter.ledger.ledger import Ledger
from exporter.ledger.store import Store
from exporter.ledger.totals import Totals
from exporter.limits_in_force import LimitsInForce
from exporter.metrics import Metrics
from exporter.metrics.books import BookGauges
from exporter.metrics.exposition import Exposition
from exporter.metrics.positions import ExposureGauges
from exporter.metrics.snapshot import Snapshot
from exporter.performance import Performance
from exporter.routes import control as control_routes
from exporter.routes import documented, ops, push, read
from exporter.routes import stats as stats_routes
from exporter.settings import Settings
from exporter.stream import Stream

log = logging.getLogger(__name__)

EXPIRE_SECONDS = 1.0


class Exporter:
    """The parts. Making it opens the ledger; `run` brings it to life and closes it.

    Raises:
        StartError: the ledger or the limits cannot be read.
        TokensError: the file of tokens cannot be used.
    """

    def __init__(
        self, settings: Settings, *, clock: Clock = REAL, patience: Patience = IN_SERVICE
    ) -> None:
        self.settings = settings
        self.registry = CollectorRegistry()
        self.metrics = metrics = Metrics(
            self.registry, venues=settings.venues, categories=settings.categories
        )
        self.limits = LimitsInForce(
            settings.limits_file,
            venues=settings.venues,
            on_read=metrics.service.limits_loaded.set,
            on_failure=metrics.service.limits_reload_failures.inc,
            clock=clock.now,
        )
        store = Store(settings.ledger_path)
        self.ledger = Ledger(store)
        self.watch = VenueWatch(
            settings.venues,
            on_update=self._count_cut,
            clock=clock.monotonic,
            now=clock.now,
        )
        self.engines = Engines(
            on_overflow=lambda: metrics.service.overflow("engine"),
            on_return=self.watch.engine_returned,
            clock=clock.monotonic,
            now=lambda: clock.now().timestamp(),
        )
        self.access = self._access()
        self.edges = Edges(
            settings, ledger=self.ledger, limits=self.limits, metrics=metrics, clock=clock
        )
        self.performance = Performance(
            settings,
            Totals(store.hours()),
            ledger=self.ledger,
            edges=self.edges,
            limits=self.limits,
            metrics=metrics,
            clock=clock,
        )
        self.exposure = OpenExposure()
        self.control = self._control(store, clock, patience)
        self.stream = Stream(
            was_halted=self.control.was_halted,
            on_change=metrics.service.stream_clients.set,
            on_drop=metrics.service.stream_dropped.inc,
        )
        self.ingest = Ingest(
            ledger=self.ledger,
            control=self.control,
            edges=self.edges,
            exposure=self.exposure,
            watch=self.watch,
            totals=self.performance.totals,
            metrics=metrics,
            stream=self.stream,
            engines=self.engines,
            now=clock.now,
        )
        self._register()

    @asynccontextmanager
    async def run(self, _app: FastAPI) -> AsyncIterator[None]:
        """Serve, and close in reverse."""
        self.ledger.on_stored = self.ingest.stored
        self.ledger.on_commit = self.metrics.service.observe_commit
        self.control.on_unstored = self.stream.announce
        self.ledger.start()
        self.edges.days.start()
        tasks = [
            asyncio.create_task(self._expire_forever(), name="expiry"),
            asyncio.create_task(self.performance.refresh.run_forever(), name="results"),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            self.stream.close()
            await self.control.close()
            await self.edges.days.close()
            await self.ledger.close()

    def _access(self) -> Access:
        settings, service = self.settings, self.metrics.service
        on_failure = service.token_reload_failures.inc
        return Access(
            in_force(settings.tokens, settings.tokens_file, on_failure=on_failure),
            heard=self.engines.heard,
            denied=service.denied,
        )

    def _control(self, store: Store, clock: Clock, patience: Patience) -> Control:
        """Control as the ledger left it."""
        venues = self.metrics.venues
        control = Control(
            self.ledger,
            venues=self.settings.venues,
            connected=self.engines.connected,
            on_confirmed=venues.halt_ack.observe,
            clock=clock.monotonic,
            now=clock.now,
            patience=patience,
        )
        control.load(store)
        # Those that were stored right before a crash may never have been scraped.
        for row in control.venues():
            venues.entries_after_halt.labels(row.venue).inc(row.entries_after_ack)
        return control

    def _count_cut(self, venue: str, gap_seconds: float) -> None:
        if gap_seconds >= self.limits.now.of_venue("feed_silence", venue):
            self.metrics.venues.feed_cuts.labels(venue).inc()

    async def _expire_forever(self) -> None:
        while True:
            try:
                self.edges.live.expire()
            except Exception:
                log.exception("live edges: a sweep failed; the next one goes on")
            await asyncio.sleep(EXPIRE_SECONDS)

    def _register(self) -> None:
        """The collectors that ask the parts when they are scraped."""
        venue, category = self.metrics.venue, self.metrics.category
        self.registry.register(self.performance.gauges)
        self.registry.register(ExposureGauges(self.exposure, venue=venue, category=category))
        self.registry.register(BookGauges(self.edges.books))
        self.registry.register(
            Snapshot(
                venues=self.settings.venues,
                limits=self.limits,
                metrics=self.metrics,
                live_edges=self.edges.live,
                watch=self.watch,
                control=self.control,
                engines=self.engines,
                top_edges=self.settings.top_edges,
            )
        )


def create_app(exporter: Exporter) -> FastAPI:
    """The HTTP face of an exporter."""

    # No other way of the description's is needed than /docs.
    app = FastAPI(
        title="Arbwatch exporter",
        version=__version__,
        lifespan=exporter.run,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    for scope, routers in _routers(exporter).items():
        for router in routers:
            app.include_router(router, dependencies=[exporter.access.needs(scope)])
    app.include_router(ops.open_router(exporter.ledger))
    refusals.install(app)
    documented.install(app, push.description())
    return app


def _routers(exporter: Exporter) -> dict[Scope, list[APIRouter]]:
    """Every route by the scope it needs; pushes, which need `ingest`, are not FastAPI's."""
    venues, limits = exporter.settings.venues, exporter.limits
    return {
        "read": [
            read.edges(exporter.edges.live, exporter.exposure),
            read.health(exporter.watch, exporter.control, venues=venues, limits=limits),
            read.fills(exporter.ledger, exporter.control),
            stats_routes.statistics(exporter.performance.stats, exporter.performance.pnl),
            read.follow(exporter.stream, exporter.ledger, exporter.access),
            control_routes.state_router(exporter.control),
            control_routes.audit_router(exporter.ledger),
        ],
        "control": [
            control_routes.orders_router(exporter.control),
            control_routes.denials_router(exporter.control),
        ],
        "ack": [control_routes.acks_router(exporter.control)],
        "metrics": [ops.metrics_router(Exposition(exporter.metrics.families))],
    }
