"""The commands at a prompt: `python -m bot.console`, or `python -m bot.console /edges 5`."""

import asyncio
import getpass
import logging
import sys
from collections.abc import Sequence

from bot import text
from bot.commands import Answer, Caller, Commands
from bot.errors import StartError
from bot.exporter_api import ExporterApi
from bot.settings import ConsoleConfig, read_settings

_PROMPT = "arbwatch> "
_LEAVE = ("exit", "quit", "/exit", "/quit")


def main(arguments: Sequence[str]) -> int:
    """Run the commands given as arguments, else those typed or piped in; 0 if they went well."""
    try:
        settings = read_settings(ConsoleConfig)
    except StartError as wrong:
        print(f"arbwatch console: {wrong}", file=sys.stderr)
        return 1
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
    console = _Console(settings)
    try:
        return console.run(arguments) if arguments else console.converse()
    except KeyboardInterrupt:
        print()
        return 130
    finally:
        console.close()


class _Console:
    """One person and one exporter. The prompt waits outside the event loop, so Ctrl-C ends it."""

    def __init__(self, settings: ConsoleConfig) -> None:
        self._runner = asyncio.Runner()
        self._api = ExporterApi(settings.api_base_url, credential=settings.credential())
        self._commands = Commands(self._api, escape=text.plain)

    def close(self) -> None:
        """Close the connections."""
        self._runner.run(self._api.close())
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
        while (line := _read_line(is_typed)) is not None:
            if line.strip().lower() in _LEAVE:
                break
            if line.strip():
                last = self._answer(line)
        return 0 if is_typed or last is None or last.result == "ok" else 1

    def _answer(self, line: str) -> Answer:
        name, *arguments = line.split()
        caller = Caller(actor=_user(), via="console")
        answer = self._runner.run(self._commands.answer(name, arguments, caller=caller))
        print(answer.text, flush=True)
        return answer


def split_commands(words: Sequence[str]) -> list[str]:
    """Shell arguments as command lines: a word that begins with a slash begins a command."""
    lines: list[str] = []
    for word in words:
        if word.startswith("/") or not lines:
            lines.append(word)
        else:
            lines[-1] += f" {word}"
    return [line for line in lines if line.strip()]


def _read_line(is_typed: bool) -> str | None:
    try:
        return input(_PROMPT if is_typed else "")
    except EOFError:
        return None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
