"""Who may call a service: bearer tokens with scopes, kept as hashes, from a file or a setting.

A line is `<name> <scope,scope> <token>`; the token is the secret itself or `sha256:` and its digest
in hexadecimal. What follows a `#` is a comment. Two lines of one name are two valid tokens: so one
is replaced while the other still works. `anyone <scope,scope> -` is what callers on this machine
may do without a token.
"""

import re
from collections.abc import Sequence, Set
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Literal, get_args

from msgspec import Struct

Scope = Literal["ingest", "read", "control", "ack", "metrics", "webhook"]

SCOPES: tuple[Scope, ...] = get_args(Scope)
ANYONE = "anyone"
# The last line of a file, so that one which is being written is not taken for the whole.
END = "# end"
MAX_FILE_BYTES = 65_536
MAX_TOKEN_CHARACTERS = 512

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # what RFC 6750 lets stand in the header
_DIGEST = re.compile(r"sha256:([0-9a-fA-F]{64})")


class TokensError(ValueError):
    """Tokens that cannot be used; one line that names file and line, never what stands there."""


class Tokens(Struct, frozen=True):
    """Scopes by the SHA-256 digest of each token, and those that need no token."""

    scopes: dict[bytes, frozenset[str]]
    anyone: frozenset[str] = frozenset()

    def scopes_of(self, token: bytes) -> Set[str] | None:
        """What a token allows, `None` if it is none of these; compares with all, in equal time."""
        digest = sha256(token).digest()
        found: Set[str] | None = None
        for known, scopes in self.scopes.items():
            if compare_digest(known, digest):
                found = scopes
        return found


def read_file(path: Path) -> Tokens:
    """The tokens of a file, which ends with the line `# end`.

    Raises:
        TokensError: it cannot be read, is not whole, or has a wrong line.
    """
    try:
        with path.open("rb", buffering=0) as file:
            content = file.read(MAX_FILE_BYTES + 1) or b""  # one read: never parts of two versions
        text = content.decode()
    except OSError as error:
        raise TokensError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise TokensError(f"{path}: is not UTF-8 text") from None
    _refuse_if(len(content) > MAX_FILE_BYTES, f"{path}: is over {MAX_FILE_BYTES} bytes")
    lines = text.rstrip().split("\n")
    ends = [number for number, line in enumerate(lines, 1) if line.startswith(END)]
    if ends != [len(lines)] or lines[-1].rstrip() != END:
        raise TokensError(f"{path} line {len(lines)}: the last line, and only that, must be {END}")
    return _parsed(lines, f"{path} line")


def parse_setting(text: str) -> Tokens | None:
    """The tokens of the variable TOKENS, `;` or a line break between them; none when it is empty.

    Raises:
        TokensError: an entry is wrong.
    """
    return _parsed(re.split("[;\n]", text), "entry") if text.strip() else None


def _parsed(lines: Sequence[str], where: str) -> Tokens:
    scopes: dict[bytes, frozenset[str]] = {}
    anyone: frozenset[str] | None = None
    for number, line in enumerate(lines, 1):
        fields = line.partition("#")[0].split()
        if not fields:
            continue
        try:
            name, allowed, token = _checked(fields)
            if name == ANYONE:
                _refuse_if(anyone is not None, f"{ANYONE} stands there twice")
                anyone = allowed
            else:
                digest = _digest(token)
                _refuse_if(digest in scopes, "the same token as in a line before")
                scopes[digest] = allowed
        except TokensError as wrong:
            raise TokensError(f"{where} {number}: {wrong}") from None
    _refuse_if(not scopes and not anyone, f"{where} {len(lines)}: the end, and no token so far")
    return Tokens(scopes, anyone or frozenset())


def _checked(fields: Sequence[str]) -> tuple[str, frozenset[str], str]:
    _refuse_if(len(fields) != 3, "write <name> <scope,scope> <token>")
    name, scopes, token = fields
    _refuse_if(not _NAME.fullmatch(name), "a name has letters, digits and _.- only, 64 at most")
    _refuse_if(not set(scopes.split(",")) <= set(SCOPES), f"the scopes are {', '.join(SCOPES)}")
    _refuse_if((name == ANYONE) != (token == "-"), f"{ANYONE} has - in the token's place, only it")
    return name, frozenset(scopes.split(",")), token


def _digest(token: str) -> bytes:
    if digest := _DIGEST.fullmatch(token):
        return bytes.fromhex(digest[1])
    _refuse_if(token.startswith("sha256:"), "sha256: needs 64 hexadecimal digits behind it")
    _refuse_if(not _TOKEN.fullmatch(token), "a token has letters, digits and ._~+/-= only")
    _refuse_if(
        len(token) > MAX_TOKEN_CHARACTERS, f"a token has {MAX_TOKEN_CHARACTERS} characters at most"
    )
    return sha256(token.encode()).digest()


def _refuse_if(is_wrong: bool, message: str) -> None:
    if is_wrong:
        raise TokensError(message)
