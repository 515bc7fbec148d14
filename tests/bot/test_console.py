"""The console takes the commands of Discord, at a prompt, piped in, or as arguments."""

import codecs
import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from bot.console import split_commands
from tests.bot.conftest import NOBODY_LISTENS
from tests.bot.processes import ROOT, environment
from tests.client import Client, edge


def console(
    *arguments: str, exporter: str, typed: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """`python -m bot.console` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bot.console", *arguments],
        cwd=ROOT,
        env=environment(
            EXPORTER_URL=exporter, PROMETHEUS_URL=NOBODY_LISTENS, USER="alice", **settings
        ),
        input=typed,
        capture_output=True,
        text=True,
        timeout=90,
    )


class Terminal:
    """What a terminal shows."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._text = ""

    def until(self, wanted: str) -> None:
        """Read until this was shown; what came before it is forgotten."""
        while wanted not in self._text:
            readable, _, _ = select.select([self._number], [], [], 60)
            assert readable, f"nothing more is shown; so far: {self._text}"
            self._text += self._decode(os.read(self._number, 4096))
        self._text = self._text.partition(wanted)[2]


def test_piped_commands_are_answered_in_turn(api: Client) -> None:
    """One line a command; the exit code is that of the last one."""
    api.post("/api/edges", edge(primary_market="BTC * 100k", ttl_seconds=600))

    done = console(exporter=api.url, typed="/help\n\n/edges 1\nquit\n/status\n")

    assert done.returncode == 0
    assert "1. BTC * 100k ↔️" in done.stdout
    assert "System Status" not in done.stdout
    assert done.stderr == ""


def test_commands_as_arguments(api: Client) -> None:
    """Several at once; a resume is on record with the user of this machine."""
    done = console("/edges", "1", "/resume", "kalshi", exporter=api.url)

    assert done.returncode == 0
    assert done.stdout == "📊 Live Edges\nNo live edges right now.\n▶️ KALSHI is already running.\n"


def test_a_resume_as_an_argument_acts_at_once(api: Client) -> None:
    """A script cannot be asked."""
    api.post("/api/venues/kalshi/halt", {"reason": "r", "actor": "bob"})

    done = console("/resume", "kalshi", exporter=api.url)

    assert done.stdout.startswith("▶️ Trading resumed on KALSHI\nEnded by alice:\n#1 r\n")


def test_a_halt_prints_what_becomes_of_it(api: Client) -> None:
    """Each line as soon as it is true."""
    with subprocess.Popen(
        [sys.executable, "-m", "bot.console", "/halt", "kalshi"],
        cwd=ROOT,
        env=environment(EXPORTER_URL=api.url, USER="alice"),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        api.post("/api/venues/kalshi/ack", {"engine": "test", "seq": 1, "open_orders": 0})
        rest = process.stdout.read()

    assert first == "⏳ Halt requested on KALSHI\n"
    assert "🛑 Trading halted on KALSHI\nAcknowledged in " in rest
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("said", "shown", "left"),
    [("yes", "▶️ Trading resumed on KALSHI", 0), ("no", "Nothing was resumed.", 1), ("", "", 1)],
)
def test_a_resume_at_the_prompt_asks(api: Client, said: str, shown: str, left: int) -> None:
    """Only a yes does it."""
    api.post("/api/venues/kalshi/halt", {"reason": "feed wrong", "actor": "bob"})

    printed = typed("/resume kalshi", said, exporter=api.url)

    assert "Resume KALSHI? This ends:" in printed
    assert "• no engine is in contact" in printed
    assert "Resume KALSHI? yes/no" in printed
    assert shown in printed
    assert len(api.get("/api/venues")[1]["halts"]) == left


def typed(*lines: str, exporter: str) -> str:
    """What a person at a terminal sees who types these lines and leaves."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "bot.console"],
        cwd=ROOT,
        env=environment(EXPORTER_URL=exporter, ALERTMANAGER_URL=NOBODY_LISTENS, USER="alice"),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        os.write(ours, "".join(f"{line}\n" for line in (*lines, "quit")).encode())
        printed, _ = process.communicate(timeout=90)
    os.close(ours)
    os.close(theirs)
    return printed


def test_without_an_exporter_it_says_so() -> None:
    """Friendly, and with an exit code that a script can see."""
    done = console("/status", exporter=NOBODY_LISTENS)

    assert done.returncode == 1
    assert done.stdout.startswith("⚠️ The exporter does not answer")
    assert done.stderr == ""


def test_a_wrong_setting_is_one_line() -> None:
    """That names the variable."""
    done = console("/status", exporter="nonsense")

    assert done.returncode == 1
    assert done.stderr.startswith("arbwatch console: EXPORTER_URL: ")


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["/edges", "5"], ["/edges 5"]),
        (["/edges 5", "/status"], ["/edges 5", "/status"]),
        (["halt", "kalshi", "feed", "wrong"], ["halt kalshi feed wrong"]),
        (["", "/help"], ["/help"]),
    ],
)
def test_a_slash_begins_a_command(words: list[str], lines: list[str]) -> None:
    """However the shell split them."""
    assert split_commands(words) == lines


def test_charts_are_written_to_files(api: Client, tmp_path: Path) -> None:
    """Where an option says, and the answer tells the path."""
    folder = tmp_path / "charts"

    done = console("--charts", str(folder), "/pnl", "/exposure", exporter=api.url)

    paths = [
        Path(line.removeprefix("Chart: ")) for line in done.stdout.splitlines() if ".png" in line
    ]
    assert sorted(paths) == sorted(folder.iterdir())
    assert [path.read_bytes()[:4] for path in paths] == [b"\x89PNG"] * 2
    assert done.stderr == ""


def test_a_chart_that_cannot_be_written_is_said(api: Client, tmp_path: Path) -> None:
    """The figures are there."""
    (tmp_path / "file").touch()

    done = console("--charts", str(tmp_path / "file"), "/pnl", exporter=api.url)

    assert done.stdout.startswith("💵 P&L today (UTC)\n")
    assert "⚠️ No chart: " in done.stdout


def test_a_watch_that_is_piped_shows_one_look(api: Client) -> None:
    """A script does not wait for ever."""
    done = console("/watch", exporter=api.url)

    assert done.stdout.count("👁️ Arbwatch at ") == 1
    assert done.returncode == 0


def test_a_typed_watch_goes_on_until_ctrl_c(api: Client) -> None:
    """And then the prompt is there again."""
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.console"],
        cwd=ROOT,
        env=environment(EXPORTER_URL=api.url, USER="alice"),
        stdin=end,
        stdout=end,
        stderr=end,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(end)
    seen = Terminal(terminal)
    seen.until("arbwatch> ")
    os.write(terminal, b"/watch\n")
    seen.until("Ctrl-C ends it.")
    os.write(terminal, b"\x03")
    seen.until("arbwatch> ")
    os.write(terminal, b"quit\n")

    assert process.wait(timeout=60) == 0
    os.close(terminal)
