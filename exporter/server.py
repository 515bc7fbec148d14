"""The HTTP server: uvicorn, pushes answered in its protocol, streams ended before a stop."""

import asyncio
import socket
from functools import partial
from typing import Any, cast

import uvicorn

from exporter.app import Exporter, create_app
from exporter.hangup import Hangup
from exporter.push_protocol import PushProtocol
from exporter.routes import push

GRACE_SECONDS = 8
# Longer than a client pauses between two calls: one that calls on a connection which is just being
# closed gets no answer. Uvicorn's own 5 s are the pause of many.
KEEP_ALIVE_SECONDS = 65
TICKS_BETWEEN_SWEEPS = 10  # of a tenth of a second each


class Server(uvicorn.Server):
    """Serves one exporter on the sockets that `run` is given; has limits read again on a hangup."""

    def __init__(self, exporter: Exporter, hangup: Hangup | None = None) -> None:
        protocol = partial(
            PushProtocol,
            calls=push.calls(exporter.ingest),
            access=exporter.access,
            heard=exporter.engines.heard,
            refused=exporter.ingest.count_rejection,
        )
        config = uvicorn.Config(
            create_app(exporter),
            http=cast(Any, protocol),
            ws="none",
            log_config=None,
            access_log=False,
            # Whoever opened the connection is who calls: what a header says of it is not believed.
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        super().__init__(config)
        self._exporter = exporter
        self._hangup = hangup or Hangup()
        self._reading: asyncio.Task[None] | None = None

    async def on_tick(self, counter: int) -> bool:
        """Now and then, cut off who keeps a connection without sending a whole request."""
        if (self._reading is None or self._reading.done()) and self._hangup.take():
            self._reading = asyncio.create_task(self._exporter.limits.read_again())
        if counter % TICKS_BETWEEN_SWEEPS == 0:
            for connection in list(self.server_state.connections):
                if isinstance(connection, PushProtocol) and connection.is_stuck():
                    connection.transport.abort()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the open streams and long sums, then wait for the requests under way."""
        self._exporter.stream.close()
        self._exporter.ledger.end_summing()
        await super().shutdown(sockets)
