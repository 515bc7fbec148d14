"""The keeper over real processes: what dies is started again, what is stopped stays stopped."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stack.processes import Tree, wait_for

STEADY = 'import time; time.sleep(1.1); print("steady", flush=True); time.sleep(60)'
FAILURE = "import sys; sys.exit('DATABASE_URL: what is that')"
# In seconds: no machine is so slow.
NEVER = 600
RUN = [sys.executable, "-m", "stack.keep"]


@pytest.fixture
def pidfile(tmp_path: Path) -> Path:
    """Where the service's pid will be; the folder is for the keeper to make."""
    return tmp_path / "run" / "service.pid"


def keep(pidfile: Path, *command: str, steady: int = 1) -> Tree:
    """A keeper of this command, to which so many seconds are a steady run."""
    return Tree([*RUN, "--steady", str(steady), str(pidfile), *command])


def keep_python(pidfile: Path, code: str, *, steady: int = 1) -> Tree:
    """A keeper of a few lines of Python."""
    return keep(pidfile, sys.executable, "-c", code, steady=steady)


def read_pid(pidfile: Path) -> int:
    """The service's pid, once it is there."""
    wait_for(pidfile.exists)
    return int(pidfile.read_text())


def read_line(tree: Tree) -> str:
    """The next line printed."""
    assert tree.process.stdout is not None
    return tree.process.stdout.readline()


def is_other_than(pidfile: Path, pid: int) -> Callable[[], bool]:
    """Whether another process has taken the service's place."""
    return lambda: pidfile.exists() and int(pidfile.read_text()) != pid


def test_a_service_that_is_killed_is_started_again_and_that_is_said(pidfile: Path) -> None:
    """Another process takes its place, and the pid file follows; then again, if need be."""
    with keep_python(pidfile, STEADY) as tree:
        assert read_line(tree) == "steady\n"
        first = read_pid(pidfile)

        os.kill(first, signal.SIGKILL)

        assert read_line(tree) == "service was killed by signal 9, starting it again\n"
        wait_for(is_other_than(pidfile, first))
        second = read_pid(pidfile)
        os.kill(second, signal.SIGKILL)
        wait_for(is_other_than(pidfile, second))
        assert tree.process.poll() is None


def test_a_failure_after_a_steady_run_is_named_by_its_code(pidfile: Path) -> None:
    """A service that gives up is started again as one that was killed."""
    with keep_python(pidfile, "import sys, time; time.sleep(1.1); sys.exit(3)") as tree:
        assert read_line(tree) == "service ended with exit code 3, starting it again\n"


def test_a_failure_at_the_first_start_ends_the_keeper_with_its_code(pidfile: Path) -> None:
    """What is wrong from the beginning is for a person; the keeper adds no words."""
    with keep_python(pidfile, FAILURE, steady=NEVER) as tree:
        output, errors = tree.finish()

        assert (tree.process.returncode, output) == (1, "")
        assert errors == "DATABASE_URL: what is that\n"
        assert not pidfile.exists()


def test_a_kill_at_the_first_start_ends_the_keeper_as_a_shell_would(pidfile: Path) -> None:
    """The number is said in words, too."""
    with keep_python(pidfile, "import os; os.kill(os.getpid(), 9)", steady=NEVER) as tree:
        output, _ = tree.finish()

        assert tree.process.returncode == 128 + signal.SIGKILL
        assert output == "service was killed by signal 9\n"


def test_a_service_that_has_done_its_work_is_not_started_again(pidfile: Path) -> None:
    """Exit code 0 is no death, however long it ran."""
    with keep_python(pidfile, "import time; time.sleep(1.1)") as tree:
        output, _ = tree.finish()

        assert (tree.process.returncode, output) == (0, "")


def test_a_command_that_is_not_there_is_one_line(pidfile: Path) -> None:
    """As a shell's 127, without a traceback."""
    with keep(pidfile, "/nowhere/grafana", "server") as tree:
        output, errors = tree.finish()

        assert (tree.process.returncode, errors) == (127, "")
        assert output.endswith("cannot be started: No such file or directory: /nowhere/grafana\n")


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT])
def test_a_wish_to_stop_is_passed_on_and_final(pidfile: Path, wish: signal.Signals) -> None:
    """The service ends in its own way, and is not started again."""
    code = f"""
import signal, sys, time
signal.signal({wish.value}, lambda *_: sys.exit("tidied up"))
print("ready", flush=True)
while True:
    time.sleep(0.05)
"""
    with keep_python(pidfile, code) as tree:
        read_line(tree)

        tree.signal(wish)
        output, errors = tree.finish()

        assert (tree.process.returncode, output, errors) == (1, "", "tidied up\n")
        assert tree.living() == []


def test_a_stop_between_two_starts_is_the_end(pidfile: Path, tmp_path: Path) -> None:
    """A service that dies again and again is not started once more.

    Should the stop come too late for that, it finds a service that runs on, and ends it.
    """
    deaths = 4
    code = f"""
import pathlib, sys, time
runs = pathlib.Path({str(tmp_path / "runs")!r})
before = len(runs.read_text()) if runs.exists() else 0
runs.write_text("x" * (before + 1))
time.sleep({{0: 1.1, {deaths}: 600}}.get(before, 0))
sys.exit(1)
"""
    with keep_python(pidfile, code) as tree:
        for _ in range(deaths):
            read_line(tree)

        tree.signal(signal.SIGTERM)
        output, _ = tree.finish()

        assert (output, tree.living()) == ("", [])


def test_a_service_does_not_outlive_its_keeper(pidfile: Path) -> None:
    """Not even when the keeper is killed and can say nothing."""
    with keep(pidfile, "sleep", "60") as tree:
        read_pid(pidfile)

        tree.process.kill()

        wait_for(lambda: tree.living() == [])
