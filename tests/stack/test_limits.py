"""`make limits`, and that what an editor replaced reaches a container."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from stack.limits import let_others_read, put_back
from stack.settings import ROOT
from tests.conftest import LIMITS, wait_until
from tests.faults.processes import ExporterProcess
from tests.stack.processes import Tree

RUNNING = "ps --services --filter status=running"
READ_AGAIN = "Limits read again"
# Mounts one folder at the place of another, for the program that follows only.
MOUNTED = ("unshare", "-rm", "sh", "-c", 'mount --bind "$0" "$1" && shift && exec "$@"')


def replace(path: Path, text: str) -> None:
    """Put another file in the place of one, as most editors do."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(text)
    beside.replace(path)


def with_daily_loss(share: float) -> str:
    """The repository's file with another limit."""
    return re.sub(r"(?m)^daily_loss: [0-9.]+", f"daily_loss: {share}", LIMITS.read_text())


def daily_loss(process: ExporterProcess) -> float | None:
    """What is in force, in USD."""
    return process.client.sample("arb_limit", limit="daily_loss", scope="all")


@pytest.fixture
def native(tmp_path: Path) -> Iterator[ExporterProcess]:
    """An exporter as `make up` runs it, with its state and its limits in a folder."""
    limits = tmp_path / "limits.yml"
    shutil.copy(LIMITS, limits)
    keeper = (sys.executable, "-m", "stack.keep", str(tmp_path / "run" / "exporter.pid"))
    with ExporterProcess(tmp_path / "ledger.db", wrapper=keeper, limits=limits) as process:
        process.start()
        yield process


def make_limits(folder: Path, **more: str) -> tuple[int, str]:
    """Exit code and words of `python -m stack.limits`."""
    settings = {"STATE_DIR": str(folder), "LIMITS_FILE": str(folder / "limits.yml")}
    with Tree([sys.executable, "-m", "stack.limits"], settings | more) as tree:
        output, errors = tree.finish()
    return tree.process.returncode, output + errors


def test_the_running_exporter_is_told(native: ExporterProcess, tmp_path: Path) -> None:
    """By a signal, after a look at the file."""
    replace(tmp_path / "limits.yml", with_daily_loss(0.02))

    code, said = make_limits(tmp_path)

    assert (code, "is right; the exporter, process " in said) == (0, True)
    wait_until(lambda: READ_AGAIN in native.log())
    assert daily_loss(native) == 200


def test_a_wrong_file_is_not_told_of(native: ExporterProcess, tmp_path: Path) -> None:
    """What the exporter would say is said here."""
    replace(tmp_path / "limits.yml", with_daily_loss(2))

    code, said = make_limits(tmp_path)

    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith(f"{tmp_path / 'limits.yml'}: daily_loss is 2, and must be a share")
    assert "imits" not in native.log()


@pytest.mark.parametrize("pid", [None, 1, 2**22 + 1])
def test_nobody_else_is_signalled(tmp_path: Path, pid: int | None) -> None:
    """Not the process that has the number of an exporter that crashed with its keeper."""
    shutil.copy(LIMITS, tmp_path / "limits.yml")
    if pid:
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "exporter.pid").write_text(f"{pid}\n")

    said = make_limits(tmp_path, PATH="/nowhere")

    assert said == (0, f"{tmp_path / 'limits.yml'} is right; no exporter runs here\n")


def fake_compose(path: Path, script: str) -> None:
    """A script in the place of docker-compose."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(("ends", "code"), [("exit 0", 0), ("echo no such >&2; exit 1", 1)])
def test_the_container_is_told(tmp_path: Path, ends: str, code: int) -> None:
    """Through docker-compose, which is a script here that writes down what it is asked for."""
    shutil.copy(LIMITS, tmp_path / "limits.yml")
    calls = tmp_path / "calls"
    script = f'echo "$*" >> {calls}; [ "$1" = ps ] && echo exporter || {{ {ends}; }}'
    fake_compose(tmp_path / "docker-compose", script)

    told, said = make_limits(tmp_path, PATH=f"{tmp_path}:/usr/bin:/bin")

    assert calls.read_text().splitlines() == [RUNNING, "kill -s HUP exporter"]
    assert told == code
    assert ("exporter's container reads it again" in said) is (code == 0)


def test_the_container_is_told_by_docker_itself(tmp_path: Path) -> None:
    """Where Compose 2 is a part of docker, and no program of its own."""
    shutil.copy(LIMITS, tmp_path / "limits.yml")
    calls = tmp_path / "calls"
    fake_compose(tmp_path / "docker", f'echo "$*" >> {calls}; echo exporter')

    told, _ = make_limits(tmp_path, PATH=str(tmp_path))

    assert told == 0
    assert calls.read_text().splitlines() == [f"compose {RUNNING}", "compose kill -s HUP exporter"]


def test_a_container_that_is_stopped_is_not_told(tmp_path: Path) -> None:
    """docker-compose lists it, and sends it nothing without a word."""
    shutil.copy(LIMITS, tmp_path / "limits.yml")
    fake_compose(tmp_path / "docker-compose", f'[ "$*" = "{RUNNING}" ] || echo 4f3c')

    said = make_limits(tmp_path, PATH=f"{tmp_path}:/usr/bin:/bin")

    assert said == (0, f"{tmp_path / 'limits.yml'} is right; no exporter runs here\n")


def test_the_file_at_the_top_is_a_link_into_the_mounted_folder() -> None:
    """One file, which both ways of running read."""
    assert (ROOT / "limits.yml").readlink() == Path("etc/limits.yml")


def test_a_link_that_a_tool_replaced_is_put_back(tmp_path: Path) -> None:
    """As `sed -i` does; what was written there counts."""
    shown, kept = tmp_path / "limits.yml", tmp_path / "etc" / "limits.yml"
    kept.parent.mkdir()
    kept.write_text("old")
    shown.write_text("new")

    put_back(shown=shown, kept=kept)
    put_back(shown=shown, kept=kept)

    assert shown.readlink() == Path("etc/limits.yml")
    assert kept.read_text() == "new"


def test_a_file_of_its_owner_alone_is_made_readable(tmp_path: Path) -> None:
    """As `mktemp` leaves it: the container's user is another one."""
    limits = tmp_path / "limits.yml"
    limits.touch(mode=0o600)

    let_others_read(limits)

    assert limits.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("mounted", ["folder", "file"])
def test_a_replaced_file_reaches_a_container(tmp_path: Path, mounted: str) -> None:
    """Through the mounted folder; a file that is mounted alone would stay the old one."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert "./etc:/app/etc:ro" in compose["services"]["exporter"]["volumes"]
    outside, inside = tmp_path / "outside" / "limits.yml", tmp_path / "inside" / "limits.yml"
    for path in (outside, inside):
        path.parent.mkdir()
        shutil.copy(LIMITS, path)
    places = (outside, inside) if mounted == "file" else (outside.parent, inside.parent)
    wrapper = (*MOUNTED, *map(str, places))

    with ExporterProcess(tmp_path / "ledger.db", wrapper=wrapper, limits=inside) as process:
        process.start()
        replace(outside, with_daily_loss(0.02))
        process.hang_up()
        wait_until(lambda: READ_AGAIN in process.log())

        assert daily_loss(process) == (200 if mounted == "folder" else 100)
        assert ("nothing changed" in process.log()) is (mounted == "file")
