"""Which calls are let through, and how a file of tokens is read again."""

import logging
import os
import threading
from pathlib import Path

import pytest

from arbwatch.bearer.gate import TokensFile, check_guard, is_loopback, refusal
from arbwatch.bearer.tokens import Tokens, TokensError, parse_setting, read_file

SET = parse_setting("bot read,control s3cret; old read before; anyone metrics -")
HERE = ("127.0.0.1", b"localhost:8000")


def judged(scope: str, *given: bytes, peer: str | None = HERE[0], host: bytes = HERE[1]) -> object:
    """The refusal of a call with these Authorization headers."""
    assert SET is not None
    headers = [(b"host", host), *((b"authorization", value) for value in given)]
    return refusal(SET, scope, headers=headers, peer=peer)  # type: ignore[arg-type]


def test_a_token_opens_its_scopes_only() -> None:
    """A known one without the scope is forbidden, all else unauthorized."""
    assert judged("control", b"Bearer s3cret") is None
    assert judged("read", b"Bearer before") is None
    assert judged("control", b"Bearer before") == "forbidden"
    assert judged("control", b"Bearer wrong") == "unauthorized"
    assert judged("control") == "unauthorized"


@pytest.mark.parametrize(
    "given",
    [b"bearer s3cret", b"BEARER s3cret", b"Bearer  s3cret", b"Bearer s3cret ", b"Bearer \ts3cret"],
)
def test_the_schemes_case_and_the_blanks_do_not_matter(given: bytes) -> None:
    """As RFC 9110 has it."""
    assert judged("read", given) is None


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"Bearer",
        b"Bearer ",
        b"s3cret",
        b"Basic s3cret",
        b"Bearers3cret",
        b"Bearer s3cret, Bearer s3cret",
        b"Bearer s3cret s3cret",
        b"Bearer S3CRET",
        b"Bearer s3cre",
        b"Bearer -",
        b"Bearer sha256:" + b"0" * 64,
        b"Bearer \xff\xfe\x00",
        b"Bearer " + b"s" * 10_000,
    ],
)
def test_what_is_no_token_is_unauthorized(given: bytes) -> None:
    """Also where nothing at all would have been enough."""
    assert judged("read", given) == "unauthorized"
    assert judged("metrics", given) == "unauthorized"


def test_two_headers_are_none() -> None:
    """Somebody before us may have judged by the other one."""
    assert judged("read", b"Bearer s3cret", b"Bearer s3cret") == "unauthorized"


def test_anyone_on_this_machine_needs_no_token() -> None:
    """And a token does not take away what nobody needs one for."""
    assert judged("metrics") is None
    assert judged("metrics", b"Bearer before") is None
    assert judged("metrics", host=b"LOCALHOST") is None
    assert judged("metrics", peer="::1", host=b"[::1]:8000") is None


@pytest.mark.parametrize(
    ("peer", "host"),
    [
        ("172.17.0.1", HERE[1]),
        ("::ffff:10.0.0.1", HERE[1]),
        (None, HERE[1]),
        (HERE[0], b"evil.example:8000"),
        (HERE[0], b"localhost.evil.example"),
        (HERE[0], b"localhost:8000.evil.example"),
        (HERE[0], b"evil.example@localhost"),
        (HERE[0], b"127.0.0.1.evil.example"),
        (HERE[0], b"::1"),
        (HERE[0], b""),
    ],
)
def test_anyone_is_nobody_from_elsewhere(peer: str | None, host: bytes) -> None:
    """Neither another container, nor a web page that rebinds its name to this machine."""
    assert judged("metrics", peer=peer, host=host) == "unauthorized"


@pytest.mark.parametrize(
    "added",
    [(b"x-forwarded-for", b"127.0.0.1"), (b"forwarded", b"for=x"), (b"host", b"localhost")],
)
def test_anyone_does_not_come_through_a_proxy(added: tuple[bytes, bytes]) -> None:
    """Behind one, every caller looks like this machine."""
    assert SET is not None
    headers = [(b"host", b"localhost"), added]

    assert refusal(SET, "metrics", headers=headers, peer="127.0.0.1") == "unauthorized"


class Watched:
    """A file of tokens, a clock that is set by hand, and a count of failures."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.seconds = 0.0
        self.failures = 0
        self._writes = 0
        self.write("a read t1")
        self._file = TokensFile(path, on_failure=self._fail, clock=lambda: self.seconds)

    def write(self, *lines: str, end: str = "# end\n") -> None:
        """Write in place, as for a file that is mounted on its own; each time a second later."""
        self.path.write_text("".join(f"{line}\n" for line in lines) + end)
        self._writes += 1
        os.utime(self.path, (self._writes, self._writes))

    def after(self, seconds: float) -> Tokens:
        """What is in force that much later."""
        self.seconds += seconds
        return self._file.current()

    def _fail(self) -> None:
        self.failures += 1


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    """One token, `t1`, that may read."""
    return Watched(tmp_path / "tokens")


def test_a_changed_file_is_read_within_a_second(watched: Watched) -> None:
    """The new and the old one side by side; what is taken out is out."""
    watched.write("a read t2", "a read t1")

    assert watched.after(0.9).scopes_of(b"t2") is None
    assert watched.after(0.2).scopes_of(b"t2") == {"read"}
    assert watched.after(0).scopes_of(b"t1") == {"read"}

    watched.write("a read t2")
    assert watched.after(1).scopes_of(b"t1") is None
    assert watched.failures == 0


def test_a_replaced_file_is_read_too(watched: Watched, tmp_path: Path) -> None:
    """As an editor does it: another inode, whatever its time and size."""
    before = watched.path.stat()
    (tmp_path / "new").write_text("a read t2\n# end\n")
    os.utime(tmp_path / "new", ns=(before.st_atime_ns, before.st_mtime_ns))
    (tmp_path / "new").rename(watched.path)

    assert watched.after(1).scopes_of(b"t2") == {"read"}


def test_a_file_that_became_wrong_changes_nothing(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    """Said and counted once, by its line; the next good version is taken."""
    watched.write("a read t2", "oh no s3cret")
    for _ in range(5):
        assert watched.after(1).scopes_of(b"t1") == {"read"}

    assert watched.failures == 1
    (warning,) = (r.getMessage() for r in caplog.records if r.levelno == logging.WARNING)
    assert f"{watched.path} line 2" in warning
    assert "s3cret" not in warning

    watched.write("a read t3")
    assert watched.after(1).scopes_of(b"t3") == {"read"}


def test_a_file_that_vanished_changes_nothing(watched: Watched) -> None:
    """Nobody is let in by it, nobody locked out; back again it counts."""
    watched.path.unlink()
    for _ in range(5):
        assert watched.after(1).scopes_of(b"t1") == {"read"}
    assert watched.failures == 1

    watched.write("a read t2")
    assert watched.after(1).scopes_of(b"t2") == {"read"}


def test_a_file_that_is_being_written_is_no_failure(watched: Watched) -> None:
    """It is looked at again before it is called wrong."""
    watched.write("a read t2", end="")
    assert watched.after(1).scopes_of(b"t1") == {"read"}

    watched.write("a read t2")
    assert watched.after(1).scopes_of(b"t2") == {"read"}
    assert watched.failures == 0


def test_readers_never_see_half_of_what_is_written_in_place(tmp_path: Path) -> None:
    """A reader at full speed beside a writer gets whole versions, or is told that it is none."""
    path = tmp_path / "tokens"
    versions = [f"a read old-{n:>0{width}}" for width in (3, 400) for n in range(3)]
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            for version in versions:
                path.write_text(f"{version}\nb control {version.split()[-1]}x\n# end\n")

    writer = threading.Thread(target=write)
    path.write_text("a read t\nb control t2\n# end\n")
    writer.start()
    sizes = set()
    for _ in range(20_000):
        try:
            sizes.add(len(read_file(path).scopes))
        except TokensError:
            continue
    stop.set()
    writer.join()
    sizes.add(len(read_file(path).scopes))  # On a busy machine the others may all have been halves.

    assert sizes == {2}


def test_a_wrong_file_at_the_start_is_refused(tmp_path: Path) -> None:
    """There are no tokens from before."""
    with pytest.raises(TokensError, match="No such file"):
        TokensFile(tmp_path / "tokens", on_failure=lambda: None)


def test_without_tokens_only_this_machine_is_listened_to(tmp_path: Path) -> None:
    """The refusal names the variable and what to do."""
    check_guard("127.0.0.1", "BOT_HOST", tokens=None, file=None)
    check_guard("0.0.0.0", "BOT_HOST", tokens=SET, file=None)
    check_guard("0.0.0.0", "BOT_HOST", tokens=None, file=tmp_path)

    with pytest.raises(TokensError, match=r"BOT_HOST: .* 0\.0\.0\.0, so TOKENS_FILE is needed"):
        check_guard("0.0.0.0", "BOT_HOST", tokens=None, file=None)
    with pytest.raises(TokensError, match="BOT_HOST: other machines reach every address"):
        check_guard("", "BOT_HOST", tokens=None, file=None)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("bot", False),
    ],
)
def test_loopback_is_known(host: str, expected: bool) -> None:
    """A name that is not localhost may be anything."""
    assert is_loopback(host) is expected
