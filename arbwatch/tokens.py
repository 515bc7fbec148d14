"""Who may call a service: bearer tokens with scopes, kept as hashes, from a file or a setting.

A line is `<name> <scope,scope> <token>`; the token is the secret itself or `sha256:` and its digest
in hexadecimal. What follows a `#` is a comment. Two lines of one name are two valid tokens: so one
is replaced while the other still works. `anyone <scope,scope> -` is what callers on this machine
may do without a token.
"""

import ipaddress
import logging
import os
import re
import time
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Literal, get_args

from msgspec import Struct

log = logging.getLogger(__name__)

Scope = Literal["ingest", "read", "control", "ack", "metrics", "webhook"]
Reason = Literal["unauthorized", "forbidden"]
Headers = Iterable[tuple[bytes, bytes]]

SCOPES: tuple[Scope, ...] = get_args(Scope)
REASONS: tuple[Reason, ...] = get_args(Reason)
ANYONE = "anyone"
# The last line of a file, so that one which is being written is not taken for the whole.
END = "# end"
LOOK_SECONDS = 1.0
MAX_FILE_BYTES = 65_536
MAX_TOKEN_CHARACTERS = 512

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,512}={0,2}")  # what RFC 6750 lets stand in the header
_DIGEST = re.compile(r"sha256:([0-9a-fA-F]{64})")
# A web page that rebinds its own name to this machine cannot send one of these.
_LOOPBACK_HOST = re.compile(rb"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_SET_BY_PROXIES = (b"forwarded", b"x-forwarded-for")


class TokensError(ValueError):
    """Tokens that cannot be used; one line that names file and line, never what stands there."""


class Tokens(Struct, frozen=True):
    """Scopes by the SHA-256 digest of each token, and those that need no token."""

    scopes: dict[bytes, frozenset[str]]
    anyone: frozenset[str] = frozenset()

    def scopes_of(self, token: bytes) -> frozenset[str] | None:
        """What a token allows, `None` if it is none of these; compares with all, in equal time."""
        digest = sha256(token).digest()
        found = None
        for known, scopes in self.scopes.items():
            if compare_digest(known, digest):
                found = scopes
        return found


class TokensFile:
    """The tokens of a file, read again when it changes.

    A file that became wrong, or vanished, changes nothing: it is logged and `on_failure` is called,
    once for each such change. One that is wrong may be half written, and is looked at twice.

    Raises:
        TokensError: at the start, when the file cannot be used.
    """

    def __init__(
        self,
        path: Path,
        *,
        on_failure: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._on_failure = on_failure
        self._clock = clock
        self._state = self._doubted = _state_of(path)
        self._tokens = read_file(path)
        self._look_at = clock() + LOOK_SECONDS

    def current(self) -> Tokens:
        """The tokens in force; looks at the file at most once a second."""
        now = self._clock()
        if now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            state = _state_of(self._path)
            if state != self._state:
                self._read_again(state)
        return self._tokens

    def _read_again(self, state: tuple[int, ...]) -> None:
        try:
            self._tokens = read_file(self._path)
        except TokensError as error:
            if state != self._doubted:
                self._doubted = state
                return
            log.warning("Tokens not read again, those from before stay in force: %s", error)
            self._on_failure()
        else:
            log.info("Tokens read again: file=%s", self._path)
        self._state = self._doubted = state


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
    lines = text.rstrip().split("\n")
    ends = [number for number, line in enumerate(lines, 1) if line.startswith(END)]
    if ends != [len(lines)] or lines[-1].rstrip() != END:
        raise TokensError(f"{path} line {len(lines)}: the last line, and only that, must be {END}")
    return _parsed(lines, f"{path} line")


def parse_setting(text: str) -> Tokens:
    """The tokens of the variable TOKENS, `;` or a line break between them.

    Raises:
        TokensError: an entry is wrong, or there is none.
    """
    return _parsed(re.split("[;\n]", text), "TOKENS entry")


def refusal(tokens: Tokens, scope: Scope, *, headers: Headers, peer: str | None) -> Reason | None:
    """Why a call may not be made, if so: no valid token, or one without the scope.

    `headers` are those of the request, names in lower case; `peer` is who opened the connection.
    """
    headers = list(headers)
    given = [value for name, value in headers if name == b"authorization"]
    scopes = tokens.scopes_of(_bearer(given)) if given else frozenset()
    if scopes is None:
        return "unauthorized"
    if scope in scopes or (scope in tokens.anyone and _is_local(headers, peer)):
        return None
    return "forbidden" if given else "unauthorized"


def is_loopback(host: str) -> bool:
    """Whether an address is reachable from this machine only; a name that is not localhost is not."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bearer(given: Sequence[bytes]) -> bytes:
    """The token of the one Authorization header; none has the empty token."""
    scheme, _, token = given[0].partition(b" ")
    if len(given) > 1 or scheme.lower() != b"bearer":
        return b""
    token = token.strip(b" \t")
    return token if len(token) <= MAX_TOKEN_CHARACTERS + 2 else b""


def _is_local(headers: Headers, peer: str | None) -> bool:
    """Whether somebody on this machine calls it by a name of its own, and not through a proxy."""
    hosts = [value for name, value in headers if name == b"host"]
    return (
        peer is not None
        and is_loopback(peer)
        and len(hosts) == 1
        and _LOOPBACK_HOST.fullmatch(hosts[0]) is not None
        and not any(name in _SET_BY_PROXIES for name, _ in headers)
    )


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
    return sha256(token.encode()).digest()


def _refuse_if(is_wrong: bool, message: str) -> None:
    if is_wrong:
        raise TokensError(message)


def _state_of(path: Path) -> tuple[int, ...]:
    """What tells one version of a file from another; nothing for a file that is not there."""
    try:
        found = os.stat(path)
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino
