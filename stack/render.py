"""Copies of the Prometheus and Alertmanager configuration for this machine.

The files in the repository name the services as docker-compose does; here each runs on a port of
this machine, so those names are replaced. One file is the truth for both.
"""

from pathlib import Path

from stack.errors import StackError
from stack.fallback import SecondWay, fill_in
from stack.secrets import SecretFiles
from stack.services import Service
from stack.settings import ROOT

PROMETHEUS_SOURCE = ROOT / "prometheus" / "prometheus.yml"
ALERTMANAGER_SOURCE = ROOT / "alertmanager" / "alertmanager.yml"
RULES = ROOT / "prometheus" / "rules"
RULES_IN_COMPOSE = "/etc/prometheus/rules/"
TOKEN_IN_COMPOSE = "/run/secrets/{client}_token"


def render_all(
    directory: Path,
    services: list[Service],
    *,
    secrets: SecretFiles,
    way: SecondWay | None = None,
) -> None:
    """Write `prometheus.yml` and `alertmanager.yml` for these addresses into the directory."""
    address = {service.name: service.address for service in services}
    directory.mkdir(parents=True, exist_ok=True)
    _render(
        PROMETHEUS_SOURCE,
        directory / PROMETHEUS_SOURCE.name,
        {
            "exporter:8000": address["exporter"],
            "bot:8080": address["bot"],
            "prometheus:9090": address["prometheus"],
            "alertmanager:9093": address["alertmanager"],
            RULES_IN_COMPOSE: f"{RULES}/",
            **_token("prometheus", secrets),
        },
    )
    _render(
        ALERTMANAGER_SOURCE,
        directory / ALERTMANAGER_SOURCE.name,
        {"bot:8080": address["bot"], **_token("alertmanager", secrets)},
        way=way,
    )


def replace_each(text: str, replacements: dict[str, str]) -> str:
    """The text with every key replaced; a key that is not in it is an error, for it changed."""
    for old, new in replacements.items():
        if old not in text:
            raise StackError(f"{old!r} is not in it, so it cannot be adapted to this machine")
        text = text.replace(old, new)
    return text


def _token(client: str, secrets: SecretFiles) -> dict[str, str]:
    return {TOKEN_IN_COMPOSE.format(client=client): str(secrets.token_of(client))}


def _render(
    source: Path, target: Path, replacements: dict[str, str], *, way: SecondWay | None = None
) -> None:
    try:
        text = fill_in(replace_each(source.read_text(encoding="utf-8"), replacements), way)
        target.touch(mode=0o600)
        target.chmod(0o600 if way else 0o644)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StackError(f"{error.filename}: {error.strerror}") from error
    except StackError as error:
        raise StackError(f"{source.relative_to(ROOT)}: {error}") from error
