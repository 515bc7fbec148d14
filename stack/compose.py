"""The containers of docker-compose, as far as `make` targets ask for them."""

import shutil
import subprocess

from stack.errors import StackError
from stack.settings import ROOT


def runs(service: str) -> bool:
    """Whether a service runs in a container of this directory's docker-compose."""
    if not shutil.which(_program()[0]):
        return False
    running = _compose("ps", "--services", "--filter", "status=running")
    return service in running.stdout.split()


def signal(service: str, name: str) -> None:
    """Send a signal to a service's container.

    Raises:
        StackError: it was not sent.
    """
    sent = _compose("kill", "-s", name, service)
    if sent.returncode:
        reason = " ".join(sent.stderr.split()) or "failed"
        raise StackError(f"docker-compose kill -s {name} {service}: {reason}")


def command_in(service: str, *command: str) -> list[str]:
    """What runs a command in a service's container."""
    return [*_program(), "exec", "-T", service, *command]


def _program() -> list[str]:
    """Compose 1.29 and 2 as a program of its own, or 2 where it is a part of docker only."""
    return ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]


def _compose(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*_program(), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
