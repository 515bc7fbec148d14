"""Programs are found under any of their names; a missing one is named with its package."""

from pathlib import Path

import pytest

from stack.errors import StackError
from stack.programs import find_grafana, find_programs, install_missing
from stack.settings import StackSettings


def put_program(directory: Path, name: str) -> Path:
    """An executable that does nothing."""
    directory.mkdir(parents=True, exist_ok=True)
    program = directory / name
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


def test_a_missing_program_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is missing and how to get it stand in one line."""
    put_program(tmp_path, "prometheus")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(StackError, match="apt-get install prometheus-alertmanager"):
        find_programs(StackSettings())


def test_without_apt_the_packages_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On another system nothing is tried; the user is told what is needed."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(StackError, match="missing: prometheus, prometheus-alertmanager"):
        install_missing()


def test_both_names_of_alertmanager_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian's name and the project's own."""
    put_program(tmp_path, "prometheus")
    alertmanager = put_program(tmp_path, "alertmanager")
    monkeypatch.setenv("PATH", str(tmp_path))

    programs = find_programs(StackSettings())

    assert programs.alertmanager == str(alertmanager)
    assert programs.grafana is None


def test_grafana_of_a_tarball_is_found_with_its_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The public files lie beside bin/."""
    program = put_program(tmp_path / "bin", "grafana")
    (tmp_path / "conf").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    grafana = find_grafana(None)

    assert grafana is not None
    assert (grafana.command, grafana.home) == (f"{program} server", tmp_path)


def test_a_wrong_grafana_home_is_named(tmp_path: Path) -> None:
    """A set but wrong variable is an error, not a missing Grafana."""
    with pytest.raises(StackError, match="GRAFANA_HOME: there is no program"):
        find_grafana(tmp_path)
