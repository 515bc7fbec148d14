"""The commands at a prompt: `python -m bot.console`, or `python -m bot.console /edges 5`.

Typed at the prompt, a resume asks before it acts, and a watch goes on until Ctrl-C; given as
arguments or piped in, a resume acts at once, and a watch looks once. Charts are written to files.
"""

import argparse
import asyncio
import getpass
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from bot import text
from bot.alertmanager_api import AlertmanagerApi
from bot.bot_api import BotApi
from bot.chart_files import ChartFiles
from bot.commands import Answer, Caller, Commands
from bot.commands.drawing import Drawing
from bot.console_settings import ConsoleConfig, read_settings
from bot.errors import StartError
from bot.exporter_api import ExporterApi
from bot.prometheus_api import PrometheusApi

_PROMPT = "arbwatch> "
_CLEAR = "\x1b[2J\x1b[H"
_WATCH_SECONDS = 5.0
_LEAVE = ("exit", "quit", "/exit", "/quit")


def main(arguments: Sequence[str]) -> int:
    """Run the commands given as arguments, else those typed or piped in; 0 if they went well."""
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings(ConsoleConfig)
    except StartError as wrong:
        print(f"arbwatch console: {wrong}", file=sys.stderr)
        return 1
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
    console = _Console(settings, ChartFiles(options.charts))
    try:
        return console.run(options.commands) if options.commands else console.converse()
    except KeyboardInterrupt:
        print()
        return 130
    finally:
        console.close()


class _Console:
    """One person and one exporter. The prompt waits outside the event loop, so Ctrl-C ends it."""

    def __init__(self, settings: ConsoleConfig, charts: ChartFiles) -> None:
        self._charts = charts
        self._drawing = Drawing()
        self._runner = asyncio.Runner()
        self._api = ExporterApi(settings.api_base_url, credential=settings.credential())
        self._alerts = AlertmanagerApi(settings.alertmanager_url)
        self._prometheus = PrometheusApi(settings.prometheus_url)
        self._bot = BotApi(settings.bot_url, credential=settings.credential())
        self._commands = Commands(
            self._api,
            alerts=self._alerts,
            prometheus=self._prometheus,
            drawing=self._drawing,
            notices=self._bot,
            escape=text.plain,
        )
        self._caller = Caller(actor=_user(), via="console")

    def close(self) -> None:
        """Close the connections."""
        self._runner.run(self._api.close())
        self._runner.run(self._alerts.close())
        self._runner.run(self._prometheus.close())
        self._drawing.close()
        self._runner.run(self._bot.close())
        self._runner.close()

    def run(self, arguments: Sequence[str]) -> int:
        """Answer commands given as arguments; 0 if all went well."""
        answers = [self._answer(line) for line in split_commands(arguments)]
        return 0 if all(answer.result == "ok" for answer in answers) else 1

    def converse(self) -> int:
        """Answer what is typed or piped in, until its end; piped, 1 if the last command failed."""
        is_typed = sys.stdin.isatty()
        if is_typed:
            print(f"Arbwatch at {self._api.base_url}. /help lists the commands, Ctrl-D leaves.")
        last: Answer | None = None
        while (line := _read_line(_PROMPT if is_typed else "")) is not None:
            if line.strip().lower() in _LEAVE:
                break
            if line.strip():
                last = self._answer_typed(line) if is_typed else self._answer(line)
        return 0 if is_typed or last is None or last.result == "ok" else 1

    def _answer(self, line: str) -> Answer:
        name, *arguments = line.split()
        told = _Told()
        answer = self._runner.run(
            self._commands.answer(name, arguments, caller=self._caller, tell=told.tell)
        )
        told.tell(answer.text)
        if answer.chart is not None:
            print(self._charts.write(answer.chart), flush=True)
        return answer

    def _answer_typed(self, line: str) -> Answer | None:
        match line.split()[0].removeprefix("/").lower():
            case "resume":
                return self._ask_first(line)
            case "watch":
                self._watch(line)
                return None
            case _:
                return self._answer(line)

    def _watch(self, line: str) -> None:
        """Show it again and again, until Ctrl-C."""
        try:
            while True:
                print(_CLEAR, end="")
                self._answer(line)
                print("Ctrl-C ends it.", flush=True)
                self._runner.run(asyncio.sleep(_WATCH_SECONDS))
        except KeyboardInterrupt:
            print()

    def _ask_first(self, line: str) -> Answer:
        """Show what a resume would end, and do it on a yes."""
        arguments = line.split()[1:]
        asked = self._runner.run(self._commands.ask_to_resume(arguments, caller=self._caller))
        print(asked.text, flush=True)
        if asked.resumption is None:
            return asked
        said = _read_line(f"{asked.button}? yes/no ")
        if said is None or said.strip().lower() != "yes":
            print("Nothing was resumed.", flush=True)
            return asked
        done = self._runner.run(self._commands.resume(asked.resumption, caller=self._caller))
        print(done.text, flush=True)
        return done


class _Told:
    """Prints what is new."""

    def __init__(self) -> None:
        self._last = ""

    def tell(self, text: str) -> None:
        if text != self._last:
            print(text, flush=True)
        self._last = text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.console", description=__doc__)
    parser.add_argument(
        "--charts", type=Path, metavar="DIR", help="where charts are written, instead of /tmp"
    )
    parser.add_argument("commands", nargs=argparse.REMAINDER, help="/help lists them")
    return parser


def split_commands(words: Sequence[str]) -> list[str]:
    """Shell arguments as command lines: a word that begins with a slash begins a command."""
    lines: list[str] = []
    for word in words:
        if word.startswith("/") or not lines:
            lines.append(word)
        else:
            lines[-1] += f" {word}"
    return [line for line in lines if line.strip()]


def _read_line(prompt: str) -> str | None:
    try:
        return input(prompt)
    except EOFError:
        return None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
