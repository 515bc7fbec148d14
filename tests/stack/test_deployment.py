"""docker-compose.yml and `make up` are two ways to run one thing."""

import re
import shlex
from typing import Any

import pytest
import yaml
from honcho.environ import parse_procfile

from bot.settings import BotConfig
from exporter.settings import Settings as ExporterSettings
from stack import render
from stack.services import list_services
from stack.settings import ROOT, StackSettings

PROCFILE: dict[str, str] = parse_procfile((ROOT / "Procfile").read_text()).processes
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILES = ("exporter/Dockerfile", "bot/Dockerfile")

# What one machine and one container cannot share: where it listens and where its files are.
PLACES = (
    "--config.file",
    "--web.listen-address",
    "--storage.tsdb.path",
    "--storage.path",
    "--state-dir",
)


def kept(name: str) -> list[str]:
    """The command under the keeper, which every process of the Procfile has."""
    words = shlex.split(PROCFILE[name])
    assert words[:5] == ["exec", "python", "-m", "stack.keep", f"$STATE_DIR/run/{name}.pid"]
    return words[5:]


def without_places(arguments: list[str]) -> set[str]:
    """The options that decide how a program behaves."""
    return {argument for argument in arguments if not argument.startswith(PLACES)}


def find_mount(service: str, target: str) -> str:
    """What of the repository a service sees at a place."""
    # A variable stands for its default.
    volumes = [re.sub(r"\$\{\w+:-(.*?)\}", r"\1", v) for v in SERVICES[service]["volumes"]]
    mounts = {target: source for source, target, *_ in (volume.split(":") for volume in volumes)}
    return mounts[target].removeprefix("./")


def test_both_run_the_same_services() -> None:
    """A process that is added to one is added to the other."""
    assert set(PROCFILE) == set(SERVICES)
    assert [name for name, service in SERVICES.items() if "profiles" in service] == ["demo"]


@pytest.mark.parametrize("name", PROCFILE)
def test_both_start_again_what_died(name: str) -> None:
    """The keeper here, Docker there."""
    assert kept(name)
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["exporter", "bot"])
def test_our_services_have_one_entry_point(name: str) -> None:
    """The image runs the module that the Procfile runs."""
    last_line = (ROOT / name / "Dockerfile").read_text().strip().splitlines()[-1]

    assert last_line == f'CMD ["python", "-m", "{name}"]'
    assert kept(name) == ["python", "-m", name]


def test_the_demo_has_one_entry_point() -> None:
    """Both hand on DEMO_ARGS."""
    native = kept("demo")
    compose = SERVICES["demo"]["command"].replace("${DEMO_ARGS:-}", "$DEMO_ARGS").split()

    assert native[:3] == compose[:3] == ["python", "-m", "arbwatch.demo"]
    assert native[-1] == compose[-1] == "$DEMO_ARGS"
    assert without_places(native) == without_places(compose)


@pytest.mark.parametrize("name", ["prometheus", "alertmanager"])
def test_others_programs_have_the_same_options(name: str) -> None:
    """Retention, features and clustering do not depend on how it is started."""
    _, *native = kept(name)

    assert without_places(native) == without_places(SERVICES[name]["command"])


def test_compose_hands_on_every_setting_of_the_exporter() -> None:
    """A new setting reaches a real deployment, too; only places are the image's own."""
    own = {"EXPORTER_HOST", "EXPORTER_PORT", "DATABASE_URL", "LIMITS_FILE", "TOKENS"}

    settings = {name.upper() for name in ExporterSettings.model_fields}

    assert set(SERVICES["exporter"]["environment"]) == settings - own


def test_compose_hands_on_every_setting_of_the_bot() -> None:
    """Likewise; a secret goes in as a file only, and Discord itself is never another server."""
    own = {
        "BOT_HOST",
        "BOT_PORT",
        "BOT_URL",
        "OUTBOX_PATH",
        "DISCORD_API_BASE",
        "DISCORD_GATEWAY_URL",
    }
    secrets = {"DISCORD_BOT_TOKEN", "EXPORTER_TOKEN", "FALLBACK_WEBHOOK_URL", "TOKENS"}

    aliases = (field.validation_alias for field in BotConfig.model_fields.values())
    settings = {str(getattr(alias, "choices", [alias])[0]) for alias in aliases}

    assert set(SERVICES["bot"]["environment"]) == settings - own - secrets


def test_every_container_sees_its_own_secrets_only() -> None:
    """Who shows a token, and who judges by them; each file is one that `make secrets` makes."""
    mounted = {
        name: service["secrets"] for name, service in SERVICES.items() if "secrets" in service
    }

    assert mounted == {
        "exporter": ["tokens"],
        "bot": ["tokens", "bot_token", "discord_bot_token", "fallback_webhook_url"],
        "prometheus": ["prometheus_token"],
        "alertmanager": ["alertmanager_token"],
        "grafana": ["grafana_admin_password", "grafana_token"],
        "demo": ["engine_token"],
    }
    assert COMPOSE["secrets"] == {
        name: {"file": f"${{STATE_DIR:-var}}/secrets/{name}"}
        for names in mounted.values()
        for name in names
    }


def test_both_read_the_same_configuration_files() -> None:
    """Every mounted file is the source of what the native start renders or reads."""
    prometheus = ROOT / find_mount("prometheus", "/etc/prometheus")

    assert "--config.file=/etc/prometheus/prometheus.yml" in SERVICES["prometheus"]["command"]
    assert prometheus / "prometheus.yml" == render.PROMETHEUS_SOURCE
    assert render.RULES_IN_COMPOSE == "/etc/prometheus/rules/"
    assert prometheus / "rules" == render.RULES
    assert ROOT / find_mount("alertmanager", "/etc/alertmanager/alertmanager.yml") == (
        render.ALERTMANAGER_SOURCE
    )
    assert (ROOT / find_mount("exporter", "/app/etc") / "limits.yml").samefile(ROOT / "limits.yml")
    assert find_mount("grafana", "/etc/grafana/provisioning") == "grafana/provisioning"
    assert find_mount("grafana", "/etc/grafana/dashboards") == "grafana/dashboards"


def test_every_port_is_published_on_loopback_only() -> None:
    """The default port is the one of `make up`, and the same variable moves it."""
    expected = {
        service.name: [f"127.0.0.1:${{{service.port_setting}:-{service.port}}}:{service.port}"]
        for service in list_services(StackSettings(), with_grafana=True)
    }

    assert {name: s["ports"] for name, s in SERVICES.items() if "ports" in s} == expected


def test_every_service_is_confined_and_checked() -> None:
    """No service runs as root or with more than it needs, and each says when it is well."""
    for name, service in SERVICES.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "user" in service or "build" in service, name
        assert "healthcheck" in service or name == "demo", name


@pytest.mark.parametrize("path", DOCKERFILES)
def test_our_images_run_as_a_user_of_their_own(path: str) -> None:
    """Not root, and from the Python that compose names by default."""
    dockerfile = (ROOT / path).read_text()
    (default,) = {
        service["build"]["args"]["PYTHON_IMAGE"]
        for service in SERVICES.values()
        if "build" in service
    }

    assert "\nUSER arbwatch\n" in dockerfile
    assert (
        f"ARG PYTHON_IMAGE={default.removeprefix('${PYTHON_IMAGE:-').removesuffix('}')}\n"
        in dockerfile
    )


def test_foreign_images_are_pinned() -> None:
    """A version, never `latest`."""
    images = [s["image"] for s in SERVICES.values() if "build" not in s]

    assert all(":" in image and not image.endswith(":latest") for image in images)
