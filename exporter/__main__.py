"""Starts the exporter: settings, logging, socket, service."""

import logging
import signal
import socket
import sys

import uvicorn
from pydantic import ValidationError

from exporter.app import Exporter, create_app
from exporter.errors import StartError
from exporter.settings import Settings

GRACE_SECONDS = 8
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


class Server(uvicorn.Server):
    """Ends the open streams before it waits for the requests under way."""

    def __init__(self, config: uvicorn.Config, exporter: Exporter) -> None:
        super().__init__(config)
        self._exporter = exporter

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving."""
        self._exporter.stream.close()
        await super().shutdown(sockets)


def main() -> int:
    """Run until told to stop; 0 after a clean stop, 1 when it could not start."""
    try:
        settings = Settings()
        logging.basicConfig(level=settings.log_level.upper(), format=LOG_FORMAT)
        listener = listen(settings.exporter_host, settings.exporter_port)
        exporter = Exporter(settings)
    except ValidationError as error:
        return refuse("; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors()))
    except (StartError, ValueError) as error:
        return refuse(str(error))
    config = uvicorn.Config(
        create_app(exporter),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn raises the signal again once it has stopped; by then there is nothing left to do.
        signal.signal(number, lambda _number, _frame: None)
    Server(config, exporter).run(sockets=[listener])
    return 0


def listen(host: str, port: int) -> socket.socket:
    """A bound socket.

    Raises:
        StartError: the port is taken or the host is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise StartError(f"EXPORTER_PORT {port} on {host}: {error.strerror}") from error
    return listener


def refuse(reason: str) -> int:
    """One line for the person who started it."""
    print(f"exporter: {reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
