"""The token that a client shows."""

import logging
from pathlib import Path

import pytest

from arbwatch.bearer.credential import Credential


def test_a_token_is_shown_as_a_header_and_in_no_other_way() -> None:
    """Nothing is shown where there is none."""
    credential = Credential("s3cret\n")

    assert credential.headers == {"Authorization": "Bearer s3cret"}
    assert "s3cret" not in repr(credential)
    assert Credential(None).headers == {}


def test_a_file_is_read_again_when_asked(tmp_path: Path) -> None:
    """Only another token is a reason to ask again."""
    file = tmp_path / "token"
    file.write_text("first\n")
    credential = Credential(file)

    assert not credential.renew()
    file.write_text("second\n")
    assert credential.renew()
    assert credential.headers == {"Authorization": "Bearer second"}


@pytest.mark.parametrize("content", [None, b"", b"two words", b"\xff", b"two\nlines"])
def test_a_file_without_a_token_leaves_the_old_one(
    tmp_path: Path, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Said once; it may be about to be written."""
    file = tmp_path / "token"
    file.write_text("first")
    credential = Credential(file)
    file.unlink()
    if content is not None:
        file.write_bytes(content)

    assert not any(credential.renew() for _ in range(3))

    assert credential.headers == {"Authorization": "Bearer first"}
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


@pytest.mark.parametrize("text", ["", "two words", "s3crét", "a\r\nHost: b"])
def test_a_text_that_is_no_token_is_refused(text: str) -> None:
    """Without showing it."""
    with pytest.raises(ValueError, match=r"^a token is one word of printable ASCII$"):
        Credential(text)
