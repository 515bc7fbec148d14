"""Who may import what, read from the sources."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

BOT = Path(__file__).parents[2] / "bot"

# Library: the rooms that may know it.
ALLOWED = {
    "discord": ("gateway/",),
    "sqlite3": ("outbox/",),
    "matplotlib": ("charts/",),
    "fastapi": ("app.py", "server.py", "routes/"),
    "prometheus_client": ("metrics.py", "collectors.py", "app.py", "routes/ops.py"),
    "exporter": (),
}

# From the top floor down; a room imports only what stands below it.
FLOORS = (
    ("__main__.py",),
    ("app.py",),
    ("server.py",),
    ("gateway/", "console.py", "chart_files.py", "printer.py", "routes/"),
    ("guards.py",),
    (
        "fallback.py",
        "heartbeat.py",
        "identifies.py",
        "instance.py",
        "pruning.py",
        "reconcile.py",
        "reminders.py",
        "watchdog.py",
    ),
    ("relay.py", "notices.py", "commands/", "worker.py"),
    ("auto_halts.py",),
    ("metrics.py",),
    ("collectors.py",),
    ("outbox/",),
    ("cards/", "charts/"),
    (
        "alertmanager.py",
        "alertmanager_api.py",
        "bot_api.py",
        "coalescing.py",
        "command_list.py",
        "exporter_api.py",
        "facts.py",
        "prometheus_api.py",
        "incidents.py",
        "pace.py",
        "preferences.py",
        "reference.py",
        "console_settings.py",
        "settings.py",
        "sse.py",
        "stopping.py",
        "tallies.py",
        "text.py",
    ),
    ("connection.py",),
    ("errors.py",),
)


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def sources() -> list[str]:
    """The files of the bot, relative to it."""
    return [path.relative_to(BOT).as_posix() for path in BOT.rglob("*.py")]


def floor(source: str) -> int:
    """On which floor a file stands, 0 at the top."""
    return next(n for n, rooms in enumerate(FLOORS) if source.startswith(rooms))


@pytest.mark.parametrize("library", ALLOWED)
def test_each_library_stays_in_its_rooms(library: str) -> None:
    """Foreign names do not spread over the house."""
    known = [
        source
        for source in sources()
        if any(name.split(".")[0] == library for name in imports(BOT / source))
    ]

    assert [source for source in known if not source.startswith(ALLOWED[library])] == []


@pytest.mark.parametrize("source", [source for source in sources() if source != "__init__.py"])
def test_a_room_imports_only_what_stands_below(source: str) -> None:
    """Neither upwards nor, but for its own room, sideways into a circle."""
    for name in imports(BOT / source):
        parts = name.split(".")
        if parts[0] != "bot" or len(parts) < 2:
            continue
        target = f"{parts[1]}/" if (BOT / parts[1]).is_dir() else f"{parts[1]}.py"
        if (BOT / target).exists():
            assert floor(target) >= floor(source), f"{source} imports {name}"
