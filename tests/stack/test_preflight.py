"""What is wrong before a start is said in one line."""

import socket
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from stack.errors import StackError
from stack.preflight import check_ports, check_settings, check_state_dir
from stack.services import Service
from tests.conftest import free_port


def make_service(name: str, port: int) -> Service:
    """A service on loopback."""
    return Service(name, "127.0.0.1", port, f"{name.upper()}_PORT", "/healthz")


def test_a_taken_port_is_named_with_what_to_do() -> None:
    """Port, service and the variable that moves it stand in the message."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(StackError) as failure:
            check_ports([make_service("prometheus", port)])

    message = str(failure.value)
    assert message.startswith(f"port {port} for prometheus is taken on 127.0.0.1")
    assert message.endswith("or set PROMETHEUS_PORT")
    assert "\n" not in message


def test_a_free_port_passes_and_stays_free() -> None:
    """Looking does not take the port away."""
    services = [make_service("exporter", free_port())]

    check_ports(services)

    check_ports(services)


def test_two_services_on_one_port_are_named() -> None:
    """The clash is seen before either listens."""
    port = free_port()

    with pytest.raises(StackError, match=f"BOT_PORT: exporter has {port} already"):
        check_ports([make_service("exporter", port), make_service("bot", port)])


def test_an_address_of_another_machine_is_named() -> None:
    """An address that is not here cannot be listened on."""
    service = Service("exporter", "192.0.2.1", 8000, "EXPORTER_PORT", "/readyz")

    with pytest.raises(StackError, match=r"exporter cannot listen on 192\.0\.2\.1:8000: "):
        check_ports([service])


def test_a_wrong_setting_of_a_service_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The variable is named; what it was set to may be a secret."""

    class Settings(BaseSettings):
        some_port: int = 1

    monkeypatch.setenv("SOME_PORT", "hunter2")

    with pytest.raises(StackError) as failure:
        check_settings([Settings])

    assert str(failure.value).startswith("SOME_PORT: ")
    assert "hunter2" not in str(failure.value)


def test_a_file_in_place_of_the_state_directory_is_named(tmp_path: Path) -> None:
    """State cannot live under a file."""
    blocked = tmp_path / "var"
    blocked.write_text("")

    with pytest.raises(StackError, match="STATE_DIR: "):
        check_state_dir(blocked)
