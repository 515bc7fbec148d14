"""`python -m stack` from the first start to the second, as a user sees it."""

import json
import os
import signal
import socket
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from stack.health import wait_until_well
from stack.keep import STEADY_SECONDS
from stack.services import Service, list_services
from stack.settings import ROOT, StackSettings
from tests.conftest import free_port
from tests.stack.processes import Tree, wait_for

pytestmark = pytest.mark.timeout(300)

STOP_SECONDS = 60

# Set, if to nothing, so that a developer's own .env neither reaches Discord nor another ledger.
NOTHING_OF_DOTENV = dict.fromkeys(
    ("DATABASE_URL", "DISCORD_BOT_TOKEN", "DISCORD_BOT_TOKEN_FILE", "EXPORTER_URL", "OUTBOX_PATH"),
    "",
)


@pytest.fixture
def settings(tmp_path: Path) -> StackSettings:
    """Free ports and a state directory of this test's own."""
    names = ["exporter", "bot", "prometheus", "alertmanager", "grafana"]
    chosen: dict[str, Any] = {f"{name}_port": free_port() for name in names}
    return StackSettings(**chosen, state_dir=tmp_path / "var")


def start(settings: StackSettings, **more: str) -> Tree:
    """The stack as a process, with nothing of this shell's settings but what is given."""
    return Tree([sys.executable, "-m", "stack"], environment_of(settings) | more)


def environment_of(settings: StackSettings) -> dict[str, str]:
    """The settings as variables, and nothing of a developer's own."""
    fields = settings.model_dump(include={"state_dir", *settings.model_fields_set})
    return NOTHING_OF_DOTENV | {name.upper(): str(value) for name, value in fields.items()}


def read_until_greeting(tree: Tree) -> list[str]:
    """What is printed up to the line that says all is up."""
    assert tree.process.stdout is not None
    lines = []
    for line in tree.process.stdout:
        lines.append(line.rstrip("\n"))
        if line.startswith("Ctrl-C"):
            return lines
    raise AssertionError("it ended before it was healthy:\n" + "\n".join(lines))


def read_until(tree: Tree, words: str) -> None:
    """Skip what is printed up to a line with these words."""
    assert tree.process.stdout is not None
    assert any(words in line for line in tree.process.stdout), "it ended"


def find_services(settings: StackSettings) -> list[Service]:
    """The services that every start has."""
    return list_services(settings, with_grafana=False)


def fetch_fills(settings: StackSettings) -> set[str]:
    """The identities of all fills, as the exporter tells them."""
    exporter, *_ = find_services(settings)
    with urllib.request.urlopen(f"{exporter.url}/api/fills?limit=500", timeout=30) as answer:
        rows: list[dict[str, Any]] = json.load(answer)
    return {row["fill_id"] for row in rows}


@pytest.mark.e2e
def test_a_start_greets_ends_without_a_trace_and_goes_on(settings: StackSettings) -> None:
    """A table names every service, Ctrl-C leaves no process, the next start has the same fills."""
    with start(settings, DEMO_ARGS="--rate 30 --speed 20000") as first:
        lines = read_until_greeting(first)
        wait_for(lambda: len(fetch_fills(settings)) >= 3)
        fills = fetch_fills(settings)
        first.signal(signal.SIGINT)
        first.finish(timeout_seconds=STOP_SECONDS)

        assert first.process.returncode == 0
        assert first.living() == []

    for service in find_services(settings):
        assert any(line.split()[:2] == [service.name, service.url] for line in lines)
    assert any(line.startswith("demo  ") for line in lines)

    with start(settings, DEMO="0") as second:
        lines = read_until_greeting(second)
        kept = fetch_fills(settings)
        second.signal(signal.SIGTERM)
        second.finish(timeout_seconds=STOP_SECONDS)

        assert second.process.returncode == 0
        assert second.living() == []

    assert fills <= kept
    assert not any(line.startswith("demo") for line in lines)


@pytest.mark.e2e
def test_a_service_that_is_killed_is_started_again(settings: StackSettings) -> None:
    """All others run on, and a stop afterwards leaves no process."""
    pidfile = settings.state_dir / "run" / "exporter.pid"
    with start(settings, DEMO="0") as tree:
        read_until_greeting(tree)
        greeted = time.monotonic()
        wait_for(lambda: time.monotonic() > greeted + STEADY_SECONDS)
        others = {line for line in tree.living() if "exporter" not in line}

        os.kill(int(pidfile.read_text()), signal.SIGKILL)
        read_until(tree, "exporter was killed by signal 9, starting it again")
        wait_until_well(find_services(settings), timeout_seconds=30)

        assert others <= set(tree.living())
        tree.signal(signal.SIGINT)
        tree.finish(timeout_seconds=STOP_SECONDS)
        assert tree.process.returncode == 0
        assert tree.living() == []
        assert list(pidfile.parent.iterdir()) == []


@pytest.mark.e2e
def test_a_service_that_cannot_start_ends_the_stack(
    settings: StackSettings, tmp_path: Path
) -> None:
    """A ledger that cannot be opened ends the exporter, which is named, and with it the rest."""
    (tmp_path / "var" / "ledger.db").mkdir(parents=True)

    with start(settings, DEMO="0") as tree:
        _, errors = tree.finish()

        assert tree.process.returncode == 1
        assert errors.startswith("exporter ended with exit code 1, so everything was stopped\n")
        assert tree.living() == []


FAKE_GRAFANA = f"""#!{sys.executable}
import os, sys
from http.server import HTTPServer, SimpleHTTPRequestHandler
assert sys.argv[1:] == ["server", "--homepath", os.environ["GRAFANA_HOME"]], sys.argv
for name in ("DASHBOARDS_PATH", "GF_PATHS_PROVISIONING", "GF_PATHS_DATA"):
    print(name, os.environ[name], flush=True)
os.chdir(os.environ["GRAFANA_HOME"])
port = int(os.environ["GF_SERVER_HTTP_PORT"])
HTTPServer(("127.0.0.1", port), SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.mark.e2e
def test_an_installed_grafana_is_started_with_the_dashboards(
    settings: StackSettings, tmp_path: Path
) -> None:
    """It serves from GRAFANA_HOME, provisioned from the repository, with its state under ours."""
    home = tmp_path / "grafana"
    for directory in ("bin", "api"):
        (home / directory).mkdir(parents=True)
    (home / "api" / "health").write_text("{}")
    (home / "bin" / "grafana").write_text(FAKE_GRAFANA)
    (home / "bin" / "grafana").chmod(0o755)

    with start(settings, DEMO="0", GRAFANA_HOME=str(home)) as tree:
        assert tree.process.stdout is not None
        output = "\n".join(read_until_greeting(tree))
        tree.signal(signal.SIGINT)
        # What a service printed may be shown after the greeting of another process.
        output += tree.process.stdout.read()
        tree.finish(timeout_seconds=STOP_SECONDS)

    assert f"grafana       http://127.0.0.1:{settings.grafana_port}" in output
    assert f"DASHBOARDS_PATH {ROOT}/grafana/dashboards" in output
    assert f"GF_PATHS_PROVISIONING {ROOT}/grafana/provisioning" in output
    assert f"GF_PATHS_DATA {settings.state_dir}/grafana" in output
    assert "no Grafana" not in output


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("EXPORTER_PORT", "eighty"),
        ("BOT_PORT", "70000"),
        ("EDGE_TTL_SECONDS", "-1"),
        ("DISCORD_CHANNEL_ID", "general"),
        ("GRAFANA_HOME", "/nowhere"),
        ("LIMITS_FILE", "/nowhere/limits.yml"),
        ("TOKENS", "mine read s3cret"),
        ("WEBHOOK_TOKEN", "s3cret"),
    ],
)
def test_a_bad_setting_is_one_line_that_names_it(
    settings: StackSettings, variable: str, value: str
) -> None:
    """Nothing starts; the user reads what to correct."""
    with start(settings, **{variable: value}) as tree:
        output, errors = tree.finish()

        assert tree.process.returncode == 1
        assert output == ""
        assert len(errors.splitlines()) == 1
        assert variable in errors or value in errors


def test_a_taken_port_is_one_line_that_names_it(settings: StackSettings) -> None:
    """Nothing starts beside a stranger."""
    with (
        socket.create_server(("127.0.0.1", settings.prometheus_port)),
        start(settings) as tree,
    ):
        output, errors = tree.finish()

    assert tree.process.returncode == 1
    assert output == ""
    assert errors.startswith(f"port {settings.prometheus_port} for prometheus is taken")
    assert len(errors.splitlines()) == 1


def test_a_missing_program_is_one_line_that_names_it(settings: StackSettings) -> None:
    """The package to install stands in it."""
    with start(settings, PATH="/nowhere") as tree:
        _, errors = tree.finish()

    assert tree.process.returncode == 1
    assert errors == "prometheus is not installed: apt-get install prometheus\n"
