"""Who may import whom, read from the source without running it."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("arbwatch", "exporter", "bot", "stack", "grafana", "prometheus")

# The only places for a library: files, or folders with all that is in them.
HOMES = {
    "prometheus_client": (
        "exporter/metrics/",
        "exporter/app.py",
        "bot/metrics.py",
        "bot/collectors.py",
        "bot/routes/ops.py",
        "bot/app.py",
    ),
    "fastapi": (
        "exporter/access.py",
        "exporter/app.py",
        "exporter/body.py",
        "exporter/refusals.py",
        "exporter/routes/",
        "bot/app.py",
        "bot/server.py",
        "bot/routes/",
    ),
    "discord": ("bot/gateway/",),
    "sqlalchemy": ("exporter/ledger/",),
    "sqlite3": ("exporter/ledger/", "bot/outbox/"),
}
NEIGHBOURS = {
    "arbwatch": {"arbwatch"},
    "exporter": {"exporter", "arbwatch"},
    "bot": {"bot", "arbwatch"},
    "grafana": {"grafana"},
    "prometheus": {"prometheus"},
}
# What an engine installs together with the client.
ENGINE_NEEDS = {"msgspec", "requests"}


def sources(package: str) -> Iterator[Path]:
    """Every module of a package."""
    return (ROOT / package).rglob("*.py")


def imports(path: Path) -> set[str]:
    """Top-level packages that a module imports anywhere, even inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(str(node.module).partition(".")[0])
    return found


def importers(library: str) -> set[str]:
    """Modules that import a library, as paths from the root."""
    return {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in sources(package)
        if library in imports(path)
    }


@pytest.mark.parametrize("package", NEIGHBOURS)
def test_package_imports_only_its_neighbours(package: str) -> None:
    """Exporter and bot meet over HTTP; the engine's side needs neither."""
    used = set().union(*map(imports, sources(package)))

    assert used & set(PACKAGES) <= NEIGHBOURS[package]


@pytest.mark.parametrize("library", HOMES)
def test_library_stays_in_its_rooms(library: str) -> None:
    """So that replacing one touches few files."""
    strangers = {path for path in importers(library) if not path.startswith(HOMES[library])}

    assert strangers == set()
    assert importers(library)


def test_engine_needs_two_libraries_only() -> None:
    """Whoever imports the client into an engine gets little with it."""
    used = set().union(*map(imports, sources("arbwatch")))

    assert used - sys.stdlib_module_names - {"arbwatch"} == ENGINE_NEEDS
