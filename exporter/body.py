"""What a request's body must be: of a known media type, plain, and never over 4 MiB."""

from typing import Any

from starlette.types import Receive

from arbwatch import wire
from arbwatch.events import MAX_BODY_BYTES
from exporter.errors import ForeignOrigin, Incomplete, TooLarge, UnsupportedMedia

MEDIA_TYPES = frozenset({wire.JSON, wire.NDJSON, wire.MSGPACK})


def media_type(headers: dict[bytes, bytes]) -> str:
    """The media type, without parameters; JSON where none is given.

    Raises:
        UnsupportedMedia: it is none of those that are read, or compressed.
    """
    if headers.get(b"content-encoding", b"identity") != b"identity":
        raise UnsupportedMedia("send the body uncompressed")
    raw = headers.get(b"content-type", b"")
    if raw == b"application/json":  # what nearly all send, without the work below
        return wire.JSON
    given = raw.decode("latin-1").partition(";")[0].strip().lower()
    if given and given not in MEDIA_TYPES:
        raise UnsupportedMedia(f"send one of {', '.join(sorted(MEDIA_TYPES))}")
    return given or wire.JSON


def check_origin(headers: dict[bytes, bytes]) -> None:
    """Refuse what a web page of another site sends through somebody's browser.

    Raises:
        ForeignOrigin: the browser says that the call comes from elsewhere.
    """
    origin = headers.get(b"origin")
    if origin is not None and origin.partition(b"://")[2] != headers.get(b"host"):
        raise ForeignOrigin("calls from web pages of other origins are refused")


async def read_body(receive: Receive) -> bytes:
    """The whole body.

    Raises:
        TooLarge: it is over 4 MiB; reading stops there.
        Incomplete: the client left.
    """
    chunks: list[bytes] = []
    size = 0
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise Incomplete("the body ended early")
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > MAX_BODY_BYTES:
            raise TooLarge(f"a body holds at most {MAX_BODY_BYTES} bytes")
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)
