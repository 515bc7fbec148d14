"""The environment of the Procfile's commands: where neighbours are, and where state lives."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from stack.errors import StackError
from stack.programs import Programs
from stack.secrets import SecretFiles, secrets_in
from stack.services import Service
from stack.settings import ROOT, StackSettings

# Variables that begin so hold or name secrets: only these processes have a use for them.
_OWNERS = {"DISCORD_": ("bot",), "FALLBACK_": ("bot",), "TOKENS": ("exporter", "bot")}
# For the tables that come over REST; Grafana loads it by itself, from 11.6 on.
REST_PLUGIN = "yesoreyeram-infinity-datasource@3.11.3"
# Whose token each process shows to the exporter.
_CLIENTS = {"bot": "bot", "demo": "engine"}


def build_environment(
    inherited: Mapping[str, str],
    settings: StackSettings,
    *,
    services: list[Service],
    programs: Programs,
    secrets: SecretFiles,
) -> dict[str, str]:
    """What the user set, completed by what follows from ports, state directory and programs."""
    url = {service.name: service.url for service in services}
    state = settings.state_dir
    chosen = {name: value for name, value in inherited.items() if value}
    for variable in ("TOKENS", "TOKENS_FILE"):
        if variable in chosen:
            raise StackError(f"{variable}: take it out and add your lines to {secrets.tokens}")
    for variable in ("EXPORTER_TOKEN", "EXPORTER_TOKEN_FILE"):
        chosen.pop(variable, None)  # Each process has one of its own.
    defaults = {
        "DATABASE_URL": f"sqlite:///{state / 'ledger.db'}",
        "EXPORTER_URL": url["exporter"],
        "ALERTMANAGER_URL": url["alertmanager"],
        "PROMETHEUS_URL": url["prometheus"],
        "OUTBOX_PATH": str(state / "outbox.db"),
    }
    fixed = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{inherited.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
        "STATE_DIR": str(state),
        "TOKENS_FILE": str(secrets.tokens),
        "PROMETHEUS_PROGRAM": programs.prometheus,
        "PROMETHEUS_PORT": str(settings.prometheus_port),
        "ALERTMANAGER_PROGRAM": programs.alertmanager,
        "ALERTMANAGER_PORT": str(settings.alertmanager_port),
        "DEMO_ARGS": settings.demo_args,
    }
    return defaults | chosen | fixed | _grafana(settings, programs, secrets)


def environment_of(process: str, environment: Mapping[str, str]) -> dict[str, str]:
    """What one process sees: of secrets only its own."""
    hidden = tuple(prefix for prefix, owners in _OWNERS.items() if process not in owners)
    seen = {name: value for name, value in environment.items() if not name.startswith(hidden)}
    if process in _CLIENTS:
        secrets = secrets_in(Path(environment["STATE_DIR"]))
        seen["EXPORTER_TOKEN_FILE"] = str(secrets.token_of(_CLIENTS[process]))
    return seen


def _grafana(settings: StackSettings, programs: Programs, secrets: SecretFiles) -> dict[str, str]:
    """Grafana's own variables: provisioned from the repository, open to lookers on loopback."""
    if programs.grafana is None:
        return {}
    state = settings.state_dir / "grafana"
    dashboards = ROOT / "grafana" / "dashboards"
    return {
        "GRAFANA_COMMAND": programs.grafana.command,
        "GRAFANA_HOME": str(programs.grafana.home),
        "GF_PATHS_DATA": str(state),
        "GF_PATHS_LOGS": str(state / "log"),
        "GF_PATHS_PLUGINS": str(state / "plugins"),
        "GF_PATHS_PROVISIONING": str(ROOT / "grafana" / "provisioning"),
        "GF_SERVER_HTTP_ADDR": "127.0.0.1",
        "GF_SERVER_HTTP_PORT": str(settings.grafana_port),
        "GF_AUTH_ANONYMOUS_ENABLED": "true",
        "GF_AUTH_ANONYMOUS_ORG_ROLE": "Viewer",
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
        "GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED": "true",
        "GF_PLUGINS_PREINSTALL": REST_PLUGIN,
        "GF_PLUGINS_PREINSTALL_AUTO_UPDATE": "false",
        "GF_SECURITY_ADMIN_PASSWORD": f"$__file{{{secrets.grafana_password}}}",
        "GF_LOG_LEVEL": "warn",
        "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": str(dashboards / "overview.json"),
        "DASHBOARDS_PATH": str(dashboards),
        "GRAFANA_TOKEN": f"$__file{{{secrets.token_of('grafana')}}}",
    }
