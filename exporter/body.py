"""Reading a request's body: what it must be, and never more of it than is allowed."""

from fastapi import Request

from arbwatch import wire
from arbwatch.events import MAX_BODY_BYTES
from exporter.errors import TooLarge, UnsupportedMedia


def content_type(request: Request) -> str:
    """The media type, without parameters; JSON where none is given.

    Raises:
        UnsupportedMedia: it is neither JSON nor newline-delimited JSON, or compressed.
    """
    if request.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMedia("send the body uncompressed")
    given = request.headers.get("content-type", wire.JSON).partition(";")[0].strip().lower()
    if given not in (wire.JSON, wire.NDJSON):
        raise UnsupportedMedia(f"send {wire.JSON} or {wire.NDJSON}")
    return given


async def read(request: Request) -> bytes:
    """The whole body.

    Raises:
        TooLarge: it is over 4 MiB; reading stops there.
    """
    chunks = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise TooLarge(f"a body holds at most {MAX_BODY_BYTES} bytes")
        chunks.append(chunk)
    return b"".join(chunks)
