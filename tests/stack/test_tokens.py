"""The list of tokens: made, renewed in place, and found whole after any interruption."""

import threading
from pathlib import Path

import pytest

from arbwatch.bearer.gate import TokensFile
from arbwatch.bearer.tokens import read_file
from stack import tokens
from stack.errors import StackError


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A list with all clients."""
    path = tmp_path / "tokens"
    tokens.make(path)
    return path


def shown_by(client: str, made: Path) -> bytes:
    """The token that a client finds."""
    return tokens.file_of(client, made.parent).read_bytes().strip()


def test_every_client_has_a_token_with_its_scopes(made: Path) -> None:
    """Of the secrets themselves the list has none; on this machine looking is free."""
    read = read_file(made)

    for client, scopes in tokens.CLIENTS.items():
        assert read.scopes_of(shown_by(client, made)) == set(scopes.split(","))
        assert shown_by(client, made).decode() not in made.read_text()
        assert len(shown_by(client, made)) > 40
    assert read.anyone == {"read", "metrics"}


def test_two_tokens_of_a_client_are_valid_and_the_third_ends_the_first(made: Path) -> None:
    """So whoever still shows the old one has until the next time to find the new one."""
    shown = [shown_by("engine", made)]
    for _ in range(2):
        tokens.renew(made, "engine")
        shown.append(shown_by("engine", made))

    read = read_file(made)
    assert [read.scopes_of(token) is not None for token in shown] == [False, True, True]
    assert read.scopes_of(shown_by("bot", made)) is not None
    assert made.read_text().count("\nengine ") == 2


def test_what_was_edited_by_hand_stays(made: Path) -> None:
    """Lines, scopes and comments of others; a client that was taken out is not put back."""
    lines = [line for line in made.read_text().splitlines() if not line.startswith("operator ")]
    mine = [line.replace("ingest,ack,read", "ingest,read") for line in lines]
    made.write_text("\n".join(["# mine", "second ingest,ack,read s3cret", *mine]) + "\n")
    without = read_file(made)

    tokens.make(made)
    assert read_file(made) == without

    tokens.renew(made, "engine")
    assert read_file(made).scopes_of(shown_by("engine", made)) == {"ingest", "read"}
    assert read_file(made).scopes_of(b"s3cret") == {"ingest", "ack", "read"}
    assert made.read_text().startswith("# mine\nengine ingest,read sha256:")


def test_a_lost_file_of_a_client_is_made_anew(made: Path) -> None:
    """With a token of its own, since nobody knows the old one."""
    tokens.file_of("bot", made.parent).unlink()

    tokens.make(made)

    assert read_file(made).scopes_of(shown_by("bot", made)) == {"read", "control"}


def test_a_lost_list_is_made_from_what_the_clients_show(made: Path) -> None:
    """They need no restart."""
    before = {client: shown_by(client, made) for client in tokens.CLIENTS}
    made.unlink()

    tokens.make(made)

    assert {client: shown_by(client, made) for client in tokens.CLIENTS} == before
    assert all(read_file(made).scopes_of(token) for token in before.values())


def test_both_files_keep_their_place(made: Path) -> None:
    """A container that has one of them mounted sees the change."""
    files = [made, tokens.file_of("engine", made.parent)]
    places = [file.stat().st_ino for file in files]

    tokens.renew(made, "engine")

    assert [file.stat().st_ino for file in files] == places
    assert sorted(p.name for p in made.parent.iterdir() if p.suffix) == []


@pytest.mark.parametrize("left", ["", "# Who may call", "engine ingest sha256:00"])
def test_an_interrupted_change_is_finished(made: Path, left: str) -> None:
    """Killed while it wrote the list: the copy has it all."""
    whole = made.read_text()
    made.with_name("tokens.next").write_text(whole)
    made.write_text(left)

    tokens.make(made)

    assert made.read_text() == whole
    assert not made.with_name("tokens.next").exists()


def test_an_interrupted_copy_is_forgotten(made: Path) -> None:
    """Killed while it wrote the copy: the list has not been touched yet."""
    whole = made.read_text()
    made.with_name("tokens.next").write_text(whole[:-3])

    tokens.make(made)

    assert made.read_text() == whole
    assert not made.with_name("tokens.next").exists()


def test_a_full_disk_leaves_the_list_as_it_is(made: Path) -> None:
    """There is no room for the copy, so nothing else is touched."""
    whole = made.read_text()
    made.with_name("tokens.next").symlink_to("/dev/full")

    with pytest.raises(StackError, match=r"tokens\.next: No space left"):
        tokens.renew(made, "engine")

    assert made.read_text() == whole


def test_no_reader_is_ever_locked_out(made: Path) -> None:
    """While tokens are renewed without a pause, each client's own is valid at any moment."""
    stop = threading.Event()

    def renew() -> None:
        while not stop.is_set():
            tokens.renew(made, "engine")

    service = TokensFile(made, on_failure=lambda: None, clock=iter(range(10**9)).__next__)
    writer = threading.Thread(target=renew)
    writer.start()
    bot = shown_by("bot", made)
    known = [service.current().scopes_of(bot) == {"read", "control"} for _ in range(5_000)]
    stop.set()
    writer.join()

    assert all(known)
