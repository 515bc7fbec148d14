"""The bot's HTTP side: its app, its socket, and a server that leaves signals to the bot."""

import contextlib
import socket
from collections.abc import Iterator
from importlib.metadata import version

import uvicorn
from fastapi import APIRouter, FastAPI

from arbwatch.bearer.gate import in_force
from arbwatch.bearer.tokens import Scope, TokensError
from bot.errors import StartError
from bot.metrics import BotMetrics
from bot.outbox import Outbox
from bot.relay import Relay
from bot.routes.access import Access, Denied
from bot.routes.access import install as install_refusals
from bot.routes.alerts import alerts_router
from bot.routes.notices import preferences_router, wishes_router
from bot.routes.ops import health_router, metrics_router
from bot.settings import BotConfig

VERSION = version("arbwatch")
_GRACE_SECONDS = 3
# Alertmanager pauses for seconds between two posts; see the exporter's server.
_KEEP_ALIVE_SECONDS = 65


class Server(uvicorn.Server):
    """Serves an app. Signals are the bot's business: it has more to stop than HTTP."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                log_config=None,
                access_log=False,
                # What a header says of who calls is not believed.
                proxy_headers=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


def create_app(outbox: Outbox, relay: Relay, *, config: BotConfig, metrics: BotMetrics) -> FastAPI:
    """The bot's HTTP side; raises StartError where the tokens cannot be used."""
    app = FastAPI(
        title="Arbwatch bot", version=VERSION, redoc_url=None, swagger_ui_oauth2_redirect_url=None
    )
    try:
        tokens = in_force(
            config.tokens, config.tokens_file, on_failure=metrics.token_reload_failures.inc
        )
    except TokensError as wrong:
        raise StartError(str(wrong)) from wrong

    def denied(denial: Denied) -> None:
        if denial.scope == "webhook":
            metrics.webhook_rejected.labels(reason=denial.reason).inc()

    of_scope: dict[Scope, APIRouter] = {
        "webhook": alerts_router(relay, metrics=metrics),
        "metrics": metrics_router(metrics.registry),
        "read": preferences_router(outbox),
        "control": wishes_router(outbox),
    }
    for scope, router in of_scope.items():
        access = Access(scope, tokens, denied=denied)
        app.include_router(router, dependencies=[access.as_dependency()])
    app.include_router(health_router(lambda: outbox.is_usable))
    install_refusals(app)
    return app


def listen(config: BotConfig) -> socket.socket:
    """A bound socket; raises StartError where that cannot be."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((config.host, config.port))
    except OSError as error:
        listener.close()
        where = f"{config.host}:{config.port}"
        raise StartError(f"BOT_PORT: cannot listen on {where}: {error.strerror}") from error
    return listener
