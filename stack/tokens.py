"""The tokens that the stack makes: a file for each client, and one list of all their digests.

All are written in place: a container that has a single file mounted follows the file, not its name.
"""

import errno
import os
import secrets
import time
from hashlib import sha256
from pathlib import Path

from arbwatch.bearer.tokens import ANYONE, END, TokensError, read_file
from stack.errors import StackError

# Each client's scopes: the operator is whoever sits at this machine.
CLIENTS = {
    "engine": "ingest,ack,read",
    "bot": "read,control",
    "prometheus": "metrics",
    "alertmanager": "webhook",
    "grafana": "read",
    "operator": "read,control,metrics",
}
FOR_ANYONE = "read,metrics"
HEAD = """\
# Who may call exporter and bot: name, scopes, and the token or its SHA-256.
# Add lines of your own; both services read a change within a second. A new token for one of these:
#   make secrets ARGS="--rotate engine"
# `anyone` on this machine needs no token for what stands there; take the line out if you mind.
"""


def file_of(client: str, directory: Path) -> Path:
    """Where a client finds the token that it shows."""
    return directory / f"{client}_token"


def make(tokens: Path) -> None:
    """Make the list and the clients' files where they are not there; what is there stays.

    Raises:
        StackError: the list was edited and is wrong.
    """
    _recover(tokens)
    kept = {name: file_of(name, tokens.parent) for name in CLIENTS}
    secret = {name: file.read_text().strip() for name, file in kept.items() if file.exists()}
    if not tokens.exists():
        lines = [_line(name, CLIENTS[name], secret[name]) for name in CLIENTS if secret.get(name)]
        _write_list(tokens, [*HEAD.splitlines(), *lines, f"{ANYONE} {FOR_ANYONE} -", END])
    _check(tokens)
    for name in CLIENTS:
        if not secret.get(name):
            renew(tokens, name)


def renew(tokens: Path, client: str, *, settle_seconds: float = 0) -> None:
    """Give a client another token; of those before only the newest stays valid.

    The list goes first, and services that run have `settle_seconds` to read it: whatever the client
    then finds in its file, it is let in.
    """
    _check(tokens)
    token = secrets.token_urlsafe(32)
    lines = tokens.read_text(encoding="utf-8").splitlines()
    _write_list(tokens, with_new_token(lines, client, token))
    time.sleep(settle_seconds)
    _write(file_of(client, tokens.parent), f"{token}\n")


def with_new_token(lines: list[str], client: str, token: str) -> list[str]:
    """The lines with a new one for the client above all others, and at most one older one."""
    places = [number for number, line in enumerate(lines) if line.split()[:1] == [client]]
    scopes = lines[places[0]].split()[1] if places else CLIENTS[client]
    kept = [line for number, line in enumerate(lines) if number not in places[1:]]
    top = next(n for n, line in enumerate(kept) if line.strip() and not line.startswith("#"))
    return [*kept[:top], _line(client, scopes, token), *kept[top:]]


def _line(name: str, scopes: str, token: str) -> str:
    return f"{name} {scopes} sha256:{sha256(token.encode()).hexdigest()}"


def _check(tokens: Path) -> None:
    try:
        read_file(tokens)
    except TokensError as error:
        raise StackError(str(error)) from error


def _write_list(tokens: Path, lines: list[str]) -> None:
    """Write a copy first, from which a change goes on that was interrupted, or found no room."""
    copy = _copy_of(tokens)
    text = "\n".join(lines) + "\n"
    _write(copy, text)
    _write(tokens, text)
    copy.unlink()


def _recover(tokens: Path) -> None:
    """Finish a change that was interrupted; forget one whose copy is not whole."""
    copy = _copy_of(tokens)
    if not copy.exists():
        return
    try:
        read_file(copy)
    except TokensError:
        copy.unlink()
    else:
        _write_list(tokens, copy.read_text(encoding="utf-8").splitlines())


def _copy_of(tokens: Path) -> Path:
    return tokens.with_name(f"{tokens.name}.next")


def _write(path: Path, text: str) -> None:
    """Empty the file, then fill it in one call: a reader sees a beginning of the text, or all."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            os.fchmod(file, 0o644)
            if os.write(file, text.encode()) < len(text.encode()):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file)
        finally:
            os.close(file)
    except OSError as error:
        raise StackError(f"{path}: {error.strerror}") from error
