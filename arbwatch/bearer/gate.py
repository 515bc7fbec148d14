"""Lets calls through or not: by the tokens that are valid now, and from this machine without."""

import ipaddress
import logging
import os
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, get_args

from arbwatch.bearer.tokens import MAX_TOKEN_CHARACTERS, Scope, Tokens, TokensError, read_file

log = logging.getLogger(__name__)

Reason = Literal["unauthorized", "forbidden"]
Headers = Sequence[tuple[bytes, bytes]]

REASONS: tuple[Reason, ...] = get_args(Reason)
LOOK_SECONDS = 1.0

# A web page that rebinds its own name to this machine cannot send one of these.
_LOOPBACK_HOST = re.compile(rb"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_SET_BY_PROXIES = (b"forwarded", b"x-forwarded-for")


def in_force(
    tokens: Tokens | None, file: Path | None, *, on_failure: Callable[[], None]
) -> Callable[[], Tokens] | None:
    """What answers with the tokens that are valid now; nothing where neither source is set.

    Raises:
        TokensError: the file cannot be used.
    """
    if file is not None:
        return TokensFile(file, on_failure=on_failure).current
    return None if tokens is None else lambda: tokens


def check_guard(host: str, variable: str, *, tokens: Tokens | None, file: Path | None) -> None:
    """Refuse to listen for other machines without tokens; `variable` sets the host.

    Raises:
        TokensError: it names the variables.
    """
    if tokens is not None and file is not None:
        raise TokensError("TOKENS: set either this or TOKENS_FILE, not both")
    if tokens is None and file is None and not is_loopback(host):
        raise TokensError(
            f"{variable}: other machines reach {host or 'every address'}, so TOKENS_FILE is needed "
            "(`make secrets` makes one); without tokens listen on 127.0.0.1"
        )


def refusal(tokens: Tokens, scope: Scope, *, headers: Headers, peer: str | None) -> Reason | None:
    """Why a call may not be made, if so: no valid token, or one without the scope.

    `headers` are those of the request, names in lower case; `peer` is who opened the connection.
    """
    given = [value for name, value in headers if name == b"authorization"]
    scopes = tokens.scopes_of(_bearer(given)) if given else frozenset()
    if scopes is None:
        return "unauthorized"
    if scope in scopes or (scope in tokens.anyone and _is_local(headers, peer)):
        return None
    return "forbidden" if given else "unauthorized"


def is_loopback(host: str) -> bool:
    """Whether an address is reachable from this machine only; of names only localhost is."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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


def _bearer(given: Sequence[bytes]) -> bytes:
    """The token of the one Authorization header; none has the empty token."""
    scheme, _, token = given[0].partition(b" ")
    if len(given) > 1 or scheme.lower() != b"bearer":
        return b""
    token = token.strip(b" \t")
    return token if len(token) <= MAX_TOKEN_CHARACTERS else b""


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


def _state_of(path: Path) -> tuple[int, ...]:
    """What tells one version of a file from another; nothing for a file that is not there."""
    try:
        found = os.stat(path)
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino
