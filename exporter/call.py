"""A push as the protocol hands it on, and what can become of it."""

from collections.abc import Awaitable, Callable
from hashlib import blake2b

import msgspec

from arbwatch.answers import Receipt
from arbwatch.control import BATCH_HEADER
from exporter.errors import ExporterError, Rejected

MAX_BATCH_NAME = 128


def batch_name(given: bytes | None, body: bytes) -> str | None:
    """The name with a digest of the content: a name used again for something else is another."""
    if given is None:
        return None
    if len(given) > MAX_BATCH_NAME:
        raise Rejected("out_of_range", "too long for a name", field=BATCH_HEADER)
    return f"{given.decode('latin-1')}/{blake2b(body, digest_size=16).hexdigest()}"


class Push(msgspec.Struct, frozen=True):
    """What was posted."""

    body: bytes
    content_type: str
    batch: str | None


# An error that is returned was counted by ingest; one that is raised is counted here.
Answer = Receipt | ExporterError


class Call(msgspec.Struct, frozen=True):
    """What a path takes: the type it is counted under, and what accepts it."""

    name: str
    accept: Callable[[Push], Answer | Awaitable[Answer]]
