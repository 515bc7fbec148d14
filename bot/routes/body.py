"""Reads a body up to a limit."""

from fastapi import Request


class TooLarge(Exception):
    """A body over the limit."""


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """The whole body, or TooLarge as soon as it is over."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit_bytes:
            raise TooLarge
    return bytes(body)
