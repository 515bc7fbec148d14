"""A batch as its single events, still encoded, so that one bad event does not spoil the others.

Splitting stops at the number of events that is allowed: the rest costs neither time nor memory.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress

import msgspec

_LINE = re.compile(rb"\S[^\n]*")
_SPACE = re.compile(r"[ \t\n\r]*")
# Numbers are not needed, and one of thousands of digits would be an error.
_SCANNER = json.JSONDecoder(parse_int=len, parse_float=len)
_PACKED = msgspec.msgpack.Decoder(list[msgspec.Raw])


class TooManyError(Exception):
    """There are more events than allowed."""


def lines(body: bytes, most: int) -> list[bytes]:
    """The lines that hold something."""
    found: list[bytes] = []
    for line in _LINE.finditer(body):
        _add(found, line[0], most)
    return found


def elements(body: bytes, most: int) -> list[bytes]:
    """The elements of a JSON array, also those that hold a NaN.

    Raises:
        ValueError: it is no JSON array as far as it was read.
        RecursionError: it is nested too deep.
    """
    found: list[bytes] = []
    for element in _elements(body.decode()):
        _add(found, element.encode(), most)
    return found


def first_elements(head: bytes) -> Iterator[bytes]:
    """The elements that are whole in the beginning of a JSON array."""
    with suppress(ValueError, RecursionError):
        for element in _elements(head.decode(errors="ignore")):
            yield element.encode()


def packed(body: bytes, most: int) -> list[bytes]:
    """The elements of a MessagePack array.

    Raises:
        msgspec.DecodeError: it is no MessagePack array.
    """
    if _packed_length(body) > most:
        raise TooManyError
    return [bytes(raw) for raw in _PACKED.decode(body)]


def _add(found: list[bytes], item: bytes, most: int) -> None:
    if len(found) == most:
        raise TooManyError
    found.append(item)


def _packed_length(body: bytes) -> int:
    """How many elements the array says it has, 0 for one that says it in its first byte."""
    size = {0xDC: 2, 0xDD: 4}.get(body[0] if body else 0, 0)
    return int.from_bytes(body[1 : 1 + size], "big")


def _elements(text: str) -> Iterator[str]:
    place = _after_space(text, 0)
    if text[place : place + 1] != "[":
        raise ValueError("no array")
    place = _after_space(text, place + 1)
    if text[place : place + 1] == "]":
        _check_end(text, place + 1)
        return
    while True:
        _, end = _SCANNER.raw_decode(text, place)
        yield text[place:end]
        place = _after_space(text, end)
        if text[place : place + 1] == "]":
            break
        if text[place : place + 1] != ",":
            raise ValueError("neither a comma nor the end")
        place = _after_space(text, place + 1)
    _check_end(text, place + 1)


def _after_space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _check_end(text: str, place: int) -> None:
    if _after_space(text, place) != len(text):
        raise ValueError("something follows the array")
