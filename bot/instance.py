"""One bot for each token and for each outbox: a second one would answer and tell everything twice.

The locks are the kernel's: they end with the process, however it ends.
"""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bot.errors import StartError
from bot.settings import BotConfig


@contextmanager
def only_instance(config: BotConfig) -> Iterator[None]:
    """Hold what only one bot may hold, or raise StartError naming the process that does."""
    with ExitStack() as held:
        outbox = config.outbox_path
        held.enter_context(_lock(Path(f"{outbox}.lock"), f"OUTBOX_PATH: {outbox}"))
        if config.token is not None:
            path = token_lock(config.token.get_secret_value(), config.discord_api_base)
            held.enter_context(_lock(path, "DISCORD_BOT_TOKEN: it"))
        yield


def token_lock(token: str, api_base: str | None) -> Path:
    """The lock of a token at its Discord, the same for every directory on this machine."""
    mark = hashlib.sha256(f"{token}@{api_base or 'discord'}".encode()).hexdigest()[:32]
    return Path(tempfile.gettempdir()) / f"arbwatch-bot-{mark}.lock"


@contextmanager
def _lock(path: Path, whose: str) -> Iterator[None]:
    descriptor = _open(path, whose)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    except BlockingIOError:
        raise StartError(f"{whose} is in use by another bot{_holder(descriptor)}") from None
    finally:
        os.close(descriptor)


def _open(path: Path, whose: str) -> int:
    """Open the file, as nobody's link; it stays there when the lock ends."""
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return os.open(path, flags)
        except FileNotFoundError:
            return os.open(path, flags | os.O_CREAT, 0o600)
    except OSError as error:
        reason = f"its lock {path} cannot be opened: {error.strerror}"
        raise StartError(f"{whose} may be in use by another user's bot: {reason}") from error


def _holder(descriptor: int) -> str:
    """What to stop, as far as the holder said it."""
    words = os.pread(descriptor, 32, 0).split()
    return f"; stop it first: process {int(words[0])}" if words and words[0].isdigit() else ""
