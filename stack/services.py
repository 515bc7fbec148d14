"""The services with an address: where each listens, and how it says that it is well."""

from dataclasses import dataclass

from stack.settings import StackSettings

ANY_ADDRESS = ("0.0.0.0", "::", "")


@dataclass(frozen=True, slots=True)
class Service:
    """One listening service. `port_setting` is the variable that moves it elsewhere."""

    name: str
    host: str
    port: int
    port_setting: str
    health_path: str

    @property
    def address(self) -> str:
        """`host:port` as a neighbour on this machine dials it."""
        host = "127.0.0.1" if self.host in ANY_ADDRESS else self.host
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """Its address for a browser."""
        return f"http://{self.address}"


def list_services(settings: StackSettings, *, with_grafana: bool) -> list[Service]:
    """All services of one start, in the order in which they are shown."""
    loopback = "127.0.0.1"
    rows = [
        ("exporter", settings.exporter_host, settings.exporter_port, "/readyz"),
        ("bot", settings.bot_host, settings.bot_port, "/healthz"),
        ("prometheus", loopback, settings.prometheus_port, "/-/ready"),
        ("alertmanager", loopback, settings.alertmanager_port, "/-/ready"),
    ]
    if with_grafana:
        rows.append(("grafana", loopback, settings.grafana_port, "/api/health"))
    return [
        Service(name, host, port, f"{name.upper()}_PORT", path) for name, host, port, path in rows
    ]
