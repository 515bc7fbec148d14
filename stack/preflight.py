"""What is looked at before anything starts, so that what cannot work never starts."""

import errno
import os
import socket
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from exporter.errors import StartError
from exporter.limits_file import load as load_limits
from exporter.settings import Settings as ExporterSettings
from stack.errors import StackError
from stack.services import Service
from stack.settings import name_setting


def check_settings(settings_classes: Iterable[type[BaseSettings]]) -> None:
    """Build each service's settings as the service will; the first wrong variable is named."""
    for settings_class in settings_classes:
        try:
            settings_class()
        except ValidationError as error:
            raise StackError(name_setting(error)) from error


def check_limits(settings: ExporterSettings) -> None:
    """The limits' file reads well."""
    try:
        load_limits(settings.limits_file, venues=settings.venues)
    except StartError as error:
        raise StackError(str(error)) from error


def check_state_dir(directory: Path) -> None:
    """The state directory exists or can be made, and can be written to."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StackError(f"STATE_DIR: {error.strerror}: {directory}") from error
    if not os.access(directory, os.W_OK | os.X_OK):
        raise StackError(f"STATE_DIR: no permission to write: {directory}")


def check_ports(services: Iterable[Service]) -> None:
    """Every port can be listened on, and no two services want the same one."""
    seen: dict[int, Service] = {}
    for service in services:
        other = seen.setdefault(service.port, service)
        if other is not service:
            raise StackError(f"{service.port_setting}: {other.name} has {service.port} already")
        _check_port(service)


def _check_port(service: Service) -> None:
    """Listen for a moment, with the option that every server sets, and let go."""
    family = socket.AF_INET6 if ":" in service.host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((service.host, service.port))
            probe.listen()
    except OSError as error:
        raise StackError(_explain(service, error)) from error


def _explain(service: Service, error: OSError) -> str:
    where = f"{service.host}:{service.port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {service.port} for {service.name} is taken on {service.host}; "
            f"stop what listens there (ss -ltnp 'sport = :{service.port}') "
            f"or set {service.port_setting}"
        )
    return f"{service.name} cannot listen on {where}: {error.strerror or error}"
