"""What the sender keeps on disk: facts in time, everything at the end, and refused events."""

import threading
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from arbwatch.sending.dead_letters import FILE_NAME
from tests.arbwatch.samples import QUICK, edge, fill, latency, reversal, sending
from tests.arbwatch.scripted import Reply, Request, ScriptedServer, accepted, fill_ids
from tests.conftest import wait_until


def test_a_failed_attempt_puts_facts_on_disk_at_once(tmp_path: Path) -> None:
    """Whatever `keep_after_seconds` says: now it is known that they wait."""
    options = msgspec.structs.replace(QUICK, keep_after_seconds=3600)

    with (
        ScriptedServer(lambda _request: Reply(503)) as server,
        sending(server.url, tmp_path, options) as sender,
    ):
        sender.push(fill("f-1"))

        wait_until(lambda: sender.stats().spooled == 1)


def test_a_reversal_goes_to_disk_like_a_fill(tmp_path: Path) -> None:
    """While nobody takes it, and without waiting for the end."""
    with (
        ScriptedServer(lambda _request: Reply(503)) as server,
        sending(server.url, tmp_path) as sender,
    ):
        sender.push(reversal("f-1"))

        wait_until(lambda: sender.stats().spooled == 1)


def test_closing_waits_for_no_answer(tmp_path: Path) -> None:
    """The batch under way is kept, and goes out again under its number at the next start."""
    release = threading.Event()

    def script(request: Request) -> Reply:
        release.wait(60)
        return accepted(request)

    with ScriptedServer(script) as server:
        with sending(server.url, tmp_path) as sender:
            sender.push(fill("f-1"))
            wait_until(lambda: len(server.requests) == 1)
        release.set()

        with sending(server.url, tmp_path) as sender:
            wait_until(lambda: sender.stats().sent == 1)

    assert server.requests[1] == server.requests[0]


def newest_letters(folder: Path) -> str:
    """The file of dead letters; nothing while one takes the place of another."""
    with suppress(FileNotFoundError):
        return (folder / "e" / FILE_NAME).read_text()
    return ""


def test_dead_letters_never_fill_the_disk(tmp_path: Path) -> None:
    """The newest are kept, in two files of half the bound each."""
    options = msgspec.structs.replace(QUICK, max_dead_letter_bytes=4_000)

    with (
        ScriptedServer(lambda _request: Reply(422)) as server,
        sending(server.url, tmp_path, options) as sender,
    ):
        for number in range(60):
            sender.push(fill(f"f-{number}"))
            wait_until(lambda letter=f'"f-{number}"': letter in newest_letters(tmp_path))  # type: ignore[misc]

    files = list((tmp_path / "e").glob("dead-letters*"))
    assert len(files) == 2
    assert sum(file.stat().st_size for file in files) < 20_000
    assert any('"f-59"' in file.read_text() for file in files)


def test_a_refused_fill_outlives_a_disk_that_takes_no_letters(tmp_path: Path) -> None:
    """It stays in the spool, is written down once the disk heals, and only then is forgotten."""
    answers = [Reply(503)]
    blocked = tmp_path / "e" / FILE_NAME
    blocked.mkdir(parents=True)

    with (
        ScriptedServer(lambda _request: answers[-1]) as server,
        sending(server.url, tmp_path) as sender,
    ):
        sender.push(fill("f-1"))
        wait_until(lambda: sender.stats().spooled == 1)
        answers.append(Reply(422))
        wait_until(lambda: "dead letters" in (sender.stats().disk_error or ""))
        assert sender.stats().rejected == 1
        assert [f.read_bytes().count(b'"f-1"') for f in spooled(tmp_path)] == [1]

        answers.append(Reply(503))
        sender.push(fill("f-2"))
        wait_until(lambda: b'"f-2"' in b"".join(f.read_bytes() for f in spooled(tmp_path)))

        answers.append(Reply(422))
        blocked.rmdir()
        wait_until(lambda: not spooled(tmp_path))
        wait_until(lambda: sender.stats().disk_error is None)

    letters = msgspec.json.Decoder().decode_lines(blocked.read_bytes())
    assert [letter["event"]["fill_id"] for letter in letters] == ["f-1", "f-2"]


def test_letters_that_never_reach_the_disk_are_told_at_the_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says how many refused events nobody will find."""
    (tmp_path / "e" / FILE_NAME).mkdir(parents=True)

    with (
        ScriptedServer(lambda _request: Reply(422)) as server,
        sending(server.url, tmp_path) as sender,
    ):
        sender.push(fill("f-1"))
        wait_until(lambda: sender.stats().disk_error)

    assert "closing with 1 refused events not written down" in caplog.text


def spooled(folder: Path) -> list[Path]:
    """The segments on disk."""
    return list((folder / "e").glob("*.spool"))


def test_facts_go_to_disk_while_an_answer_is_outstanding(tmp_path: Path) -> None:
    """A server that never answers holds up neither pushes nor what keeps facts."""
    release = threading.Event()

    def script(request: Request) -> Reply:
        release.wait(60)
        return accepted(request)

    with ScriptedServer(script) as server, sending(server.url, tmp_path) as sender:
        for number in range(50):
            sender.push(fill(f"f-{number}"))
        wait_until(lambda: len(server.requests) == 1)
        sender.push(fill("late"))
        wait_until(lambda: sender.stats().spooled == 51)
        assert sender.stats().sent == 0

        release.set()
        wait_until(lambda: sender.stats().queued == 0)
        wait_until(lambda: not list((tmp_path / "e").glob("*.spool")))

    assert fill_ids(server.requests) == [*(f"f-{number}" for number in range(50)), "late"]


def test_a_full_disk_keeps_facts_in_memory_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """They are delivered all the same, in order, once the exporter is back."""
    answers = [Reply(503)]
    options = msgspec.structs.replace(QUICK, max_spool_bytes=1_500)

    def script(request: Request) -> Reply:
        return answers[0] if answers else accepted(request)

    with ScriptedServer(script) as server, sending(server.url, tmp_path, options) as sender:
        sender.push(fill("f-0"))
        wait_until(lambda: sender.stats().spooled == 1)
        for number in range(1, 40):
            sender.push(fill(f"f-{number}"))
        wait_until(lambda: sender.stats().disk_error == "the spool is full")
        server.requests.clear()
        answers.clear()
        wait_until(lambda: sender.stats().sent == 40)
        wait_until(lambda: sender.stats().disk_error is None)

    assert list(dict.fromkeys(fill_ids(server.requests))) == [f"f-{number}" for number in range(40)]
    assert "events stay in memory" in caplog.text


def test_without_a_usable_disk_events_are_still_sent(tmp_path: Path) -> None:
    """The state directory is a file: said in `stats`, and nothing else changes."""
    blocked = tmp_path / "state"
    blocked.write_text("not a directory")

    with ScriptedServer() as server, sending(server.url, blocked) as sender:
        sender.push(fill("f-1"))
        wait_until(lambda: sender.stats().sent == 1)

        assert "cannot be read" in (sender.stats().disk_error or "")


def test_what_waits_at_the_end_is_kept_whole(tmp_path: Path) -> None:
    """Measurements too, after the facts; the batch that was under way keeps its number."""
    options = msgspec.structs.replace(QUICK, keep_after_seconds=3600)
    with (
        ScriptedServer(lambda _request: Reply(503)) as down,
        sending(down.url, tmp_path, options) as sender,
    ):
        sender.push(edge("p-0"))
        wait_until(lambda: len(down.requests) > 0)
        sender.push(latency(1))
        sender.push(fill("f-1"))

    with ScriptedServer() as server, sending(server.url, tmp_path) as sender:
        wait_until(lambda: sender.stats().sent == 3)

    assert server.requests[0] == down.requests[0]
    assert [e["type"] for r in server.requests for e in r.events] == ["edge", "fill", "latency"]
