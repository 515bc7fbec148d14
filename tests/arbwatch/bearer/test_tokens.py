"""What a list of tokens says, and how it is refused: by file and line, never by its content."""

from hashlib import sha256
from pathlib import Path

import pytest

from arbwatch.bearer.tokens import MAX_FILE_BYTES, TokensError, parse_setting, read_file

SECRET = "uK3-v_9.~+/x=="


def written(path: Path, text: str) -> Path:
    """A file with this text."""
    file = path / "tokens"
    file.write_text(text)
    return file


def test_a_token_has_its_scopes_as_secret_or_as_digest(tmp_path: Path) -> None:
    """Comments and empty lines say nothing; two lines of one name are both valid."""
    digest = sha256(b"second").hexdigest()
    text = f"# who\n\nbot read,control {SECRET} # new\nbot read sha256:{digest}\n# end\n"

    tokens = read_file(written(tmp_path, text))

    assert tokens.scopes_of(SECRET.encode()) == {"read", "control"}
    assert tokens.scopes_of(b"second") == {"read"}
    assert tokens.scopes_of(b"third") is None
    assert tokens.scopes_of(b"") is None
    assert SECRET not in repr(tokens)


def test_anyone_needs_no_token() -> None:
    """It is no token that could be shown."""
    tokens = parse_setting("anyone read,metrics -; a control t")

    assert tokens is not None
    assert tokens.anyone == {"read", "metrics"}
    assert tokens.scopes_of(b"-") is None


def test_an_empty_setting_is_none() -> None:
    """As an environment file has it that names the variable only."""
    assert parse_setting(" ") is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("bot read", "write <name> <scope,scope> <token>"),
        ("bot read s3cret more", "write <name> <scope,scope> <token>"),
        ("b/t read s3cret", "a name has"),
        ("bot s3cret read", "the scopes are ingest"),
        ("bot read, s3cret", "the scopes are ingest"),
        ("bot read s3crét", "a token has"),
        ("bot read sha256:s3cret", "sha256: needs 64"),
        ("bot read " + "s3cret" * 100, "a token has 512 characters"),
        ("bot read -", "anyone has -"),
        ("anyone read s3cret", "anyone has -"),
        ("one read t1", "the same token as in a line before"),
        ("anyone read -\nanyone read -", "anyone stands there twice"),
    ],
)
def test_a_wrong_line_is_refused_by_its_number(tmp_path: Path, line: str, reason: str) -> None:
    """What stands there is in no message: it may be a secret in the wrong place."""
    file = written(tmp_path, f"one read t1\n{line}\n# end\n")

    with pytest.raises(TokensError) as refused:
        read_file(file)

    number = line.count("\n") + 2
    assert str(refused.value).startswith(f"{file} line {number}: {reason}")
    assert "s3cr" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "line 1: the last line, and only that, must be # end"),
        (b"# nobody\n# end\n", "line 2: the end, and no token so far"),
        (b"bot read \xff\n# end\n", "is not UTF-8 text"),
        (b"#" * (MAX_FILE_BYTES + 1), "is over 65536 bytes"),
        (b"\0" * 50, "line 1: the last line"),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    """With its name."""
    file = tmp_path / "tokens"
    file.write_bytes(content)

    with pytest.raises(TokensError) as refused:
        read_file(file)

    assert str(refused.value).startswith(str(file))
    assert reason in str(refused.value)


def test_no_part_of_a_file_is_taken_for_the_whole(tmp_path: Path) -> None:
    """Cut off anywhere, or followed by the rest of another version, it is refused."""
    whole = "anyone read -\nbot read t1\nbot read t2 # endless\n# end\n"
    needed = whole.index("# end\n") + len("# end")

    for length in range(needed):
        with pytest.raises(TokensError):
            read_file(written(tmp_path, whole[:length]))
    with pytest.raises(TokensError, match="and only that"):
        read_file(written(tmp_path, whole + "t3\n# end\n"))

    assert read_file(written(tmp_path, whole[:needed])).anyone == {"read"}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """With what the system says."""
    with pytest.raises(TokensError, match="tokens: No such file or directory"):
        read_file(tmp_path / "tokens")
