"""Starts the exporter: settings, logging, socket, service."""

import gc
import logging
import resource
import signal
import socket
import sys

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from exporter.app import Exporter
from exporter.control import IN_SERVICE, Patience
from exporter.errors import StartError
from exporter.hangup import Hangup
from exporter.server import Server
from exporter.settings import Settings

MOST_OPEN_FILES = 65_536
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def main(*, patience: Patience = IN_SERVICE) -> int:
    """Run until told to stop; 0 after a clean stop, 1 when it could not start."""
    hangup = Hangup()
    signal.signal(signal.SIGHUP, hangup)
    try:
        settings = Settings()
        logging.basicConfig(level=settings.log_level, format=LOG_FORMAT)
        listener = listen(settings.exporter_host, settings.exporter_port)
        exporter = Exporter(settings, patience=patience)
    except ValidationError as error:
        return refuse("; ".join(map(describe, error.errors())))
    except (StartError, ValueError) as error:
        return refuse(str(error))
    except OSError as error:
        return refuse(f"{error.filename}: {error.strerror}")
    allow_many_connections()
    # What exists by now stays: the collector need not look at it again. It runs less often than by
    # default, because events are many, short-lived, and free of cycles.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    server = Server(exporter, hangup)
    for number in (signal.SIGINT, signal.SIGTERM):
        # Until uvicorn listens to signals itself, and when it raises one again after it stopped.
        signal.signal(number, lambda _number, _frame: setattr(server, "should_exit", True))
    server.run(sockets=[listener])
    # Python gives up its handlers before the process ends, and this signal would kill it then.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    return 0


def allow_many_connections() -> None:
    """Raise this process's own limit of open files: idle connections must not shut others out."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


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


def describe(error: ErrorDetails) -> str:
    """What is wrong with which setting; a rule over several names them itself."""
    message = error["msg"].removeprefix("Value error, ")
    return f"{str(error['loc'][0]).upper()}: {message}" if error["loc"] else message


def refuse(reason: str) -> int:
    """One line for the person who started it."""
    print(f"exporter: {reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
