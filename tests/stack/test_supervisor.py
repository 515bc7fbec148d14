"""Running processes side by side: real shells, real signals."""

import json
import signal
import sys
from pathlib import Path

import pytest

from stack.settings import ROOT
from tests.stack.processes import Tree, wait_for

RUN = "import json, sys; from stack.app import run; sys.exit(run(json.loads(sys.argv[1])))"


def supervise(commands: dict[str, str], **environment: str) -> Tree:
    """The supervisor over these commands, as a process."""
    return Tree([sys.executable, "-c", RUN, json.dumps(commands)], environment)


def count(tree: Tree, command: str) -> int:
    """How many processes of the tree run this command."""
    return sum(line.startswith(command) for line in tree.living())


def test_the_end_of_one_process_ends_all_and_is_named() -> None:
    """The exit code, the name and the last words of the one that ended reach the user."""
    with supervise({"good": "exec sleep 60", "bad": "echo no limits.yml; exit 3"}) as tree:
        output, errors = tree.finish()

        assert tree.process.returncode == 1
        assert "bad    | no limits.yml" in output
        assert errors == "bad ended with exit code 3, so everything was stopped\n  no limits.yml\n"
        assert tree.living() == []


def test_an_unasked_end_is_a_failure_even_with_exit_code_0() -> None:
    """A service that simply stops is no reason to report success."""
    with supervise({"service": "exit 0", "other": "exec sleep 60"}) as tree:
        _, errors = tree.finish()

        assert tree.process.returncode == 1
        assert errors.startswith("service ended with exit code 0")


def test_each_process_sees_its_own_secrets_only() -> None:
    """Discord's token is for the bot, and who calls the exporter shows a token of its own."""
    given = {"STATE_DIR": "/v", "DISCORD_BOT_TOKEN": "discord", "TOKENS_FILE": "tokens"}
    show = "$DISCORD_BOT_TOKEN $TOKENS_FILE $EXPORTER_TOKEN_FILE; exec sleep 60"
    names = ("exporter", "bot", "prometheus", "demo", "health")
    with supervise({name: f"echo {name} {show}" for name in names}, **given) as tree:
        assert tree.process.stdout is not None
        lines = [tree.process.stdout.readline() for _ in names]
        tree.signal(signal.SIGINT)
        tree.finish()

    seen = {name: secrets for name, *secrets in (line.split("|")[-1].split() for line in lines)}
    assert seen == {
        "exporter": ["tokens"],
        "bot": ["discord", "tokens", "/v/secrets/bot_token"],
        "prometheus": [],
        "demo": ["/v/secrets/engine_token"],
        "health": [],
    }


@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_with_success(wish: signal.Signals) -> None:
    """Ctrl-C, a service manager's stop and a closed terminal all mean the same."""
    with supervise({"one": "exec sleep 60", "two": "exec sleep 60"}) as tree:
        wait_for(lambda: count(tree, "sleep 60") == 2)

        tree.signal(wish)
        tree.finish()

        assert tree.process.returncode == 0
        assert tree.living() == []


def test_grandchildren_and_the_stubborn_end_too() -> None:
    """What ignores a polite request, and what a process started itself, is gone at the end."""
    stubborn = "trap '' TERM; (trap '' TERM; exec sleep 61) & while :; do sleep 0.1; done"
    with supervise({"stubborn": stubborn, "good": "exec sleep 60"}) as tree:
        wait_for(lambda: count(tree, "sleep 61") == 1)

        tree.signal(signal.SIGINT)
        tree.finish()

        assert tree.living() == []


def test_it_ends_when_nobody_reads_its_output() -> None:
    """A closed terminal takes the output away; the processes must still go."""
    with supervise({"chatty": "while :; do echo line; sleep 0.05; done"}) as tree:
        assert tree.process.stdout is not None
        tree.process.stdout.readline()

        tree.process.stdout.close()
        tree.signal(signal.SIGHUP)
        tree.process.wait(timeout=30)

        assert tree.living() == []


def test_the_procfile_names_every_room_that_runs() -> None:
    """The file that shows the architecture is the file that is run."""
    lines = Path(ROOT / "Procfile").read_text(encoding="utf-8").splitlines()

    names = [line.split(":")[0] for line in lines]

    assert names == ["exporter", "bot", "prometheus", "alertmanager", "grafana", "demo"]
