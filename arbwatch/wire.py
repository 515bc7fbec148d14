"""Bytes to events and back: one door in, one door out, the same for engine and exporter.

Decoding is strict (no NaN, no `true` or `"1.5"` as a number) and its errors never repeat the input.
"""

import re
from collections.abc import Iterable
from typing import Generic, TypeVar

import msgspec

from arbwatch.answers import Rejection
from arbwatch.events import MAX_BATCH_EVENTS, Event

NDJSON = "application/x-ndjson"
JSON = "application/json"

T = TypeVar("T")

_ENCODER = msgspec.json.Encoder()
_RAW_LIST = msgspec.json.Decoder(list[msgspec.Raw])

_NOT_FINITE = re.compile(rb"[:,\[]\s*[-+]?(NaN|Infinity)\b")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class WireError(Exception):
    """Input that cannot be accepted: a closed `code`, a message, and the field where one is known.

    `is_malformed` tells bytes that are no JSON at all from JSON that says something wrong.
    """

    def __init__(
        self, code: str, message: str, *, field: str | None = None, is_malformed: bool = False
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.is_malformed = is_malformed


def encode_batch(events: Iterable[Event]) -> bytes:
    """Events as newline-delimited JSON, each with its `type`."""
    return _ENCODER.encode_lines(events)


def decode(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """One value of the decoder's type.

    Raises:
        WireError: the body is empty, malformed or not of that type.
    """
    if not body.strip() or body.strip() == b"null":
        raise WireError("empty", "the body is empty")
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _explain(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _diagnose(body) from None


class Batches(Generic[T]):
    """Decodes batches of one type, newline-delimited or as an array."""

    def __init__(self, item: type[T]) -> None:
        self._item = msgspec.json.Decoder(item)
        self._list = msgspec.json.Decoder(list[item])  # type: ignore[valid-type]

    def decode(self, body: bytes, content_type: str) -> tuple[list[T], list[Rejection]]:
        """A batch as its good items, in order, and why each other one is refused.

        Raises:
            WireError: the batch as a whole is empty, malformed or too long.
        """
        is_lines = content_type == NDJSON
        try:
            items = self._item.decode_lines(body) if is_lines else self._list.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._decode_each(_split(body, is_lines=is_lines))
        _check_length(len(items))
        return items, []

    def _decode_each(self, raws: list[bytes]) -> tuple[list[T], list[Rejection]]:
        _check_length(len(raws))
        items: list[T] = []
        rejections = []
        for index, raw in enumerate(raws):
            try:
                items.append(decode(raw, self._item))
            except WireError as error:
                rejections.append(_rejection(index, error))
        return items, rejections


EVENTS: Batches[Event] = Batches(Event)  # type: ignore[arg-type]


def _split(body: bytes, *, is_lines: bool) -> list[bytes]:
    if is_lines:
        return [line for line in body.splitlines() if line.strip()]
    return [bytes(raw) for raw in decode(body, _RAW_LIST)]


def _rejection(index: int, error: WireError) -> Rejection:
    return Rejection(index=index, code=error.code, message=error.message, field=error.field)


def _check_length(count: int) -> None:
    if count == 0:
        raise WireError("empty", "the batch holds no event")
    if count > MAX_BATCH_EVENTS:
        raise WireError("too_large", f"a batch holds at most {MAX_BATCH_EVENTS} events")


def _explain(error: msgspec.ValidationError) -> WireError:
    text, _, path = str(error).partition(" - at `$")
    field = path.rstrip("`").lstrip(".") or None
    if text.startswith("Object missing required field"):
        return WireError("missing", "a required field is missing", field=text.split("`")[1])
    if text.startswith("Number out of range"):
        return WireError("not_finite", "the number is too large", field=field)
    if "matching regex" in text:
        return WireError("bad_text", "must be text without control characters", field=field)
    if text.startswith("Invalid"):
        return WireError("out_of_range", "not one of the values allowed here", field=field)
    if "got `" in text:
        return WireError("wrong_type", text, field=field)
    return WireError("out_of_range", text, field=field)


def _diagnose(body: bytes) -> WireError:
    if _NOT_FINITE.search(body):
        return WireError("not_finite", "numbers must be finite")
    if _SURROGATE.search(body):
        return WireError("bad_text", "text must be valid Unicode, without lone surrogates")
    return WireError("malformed", "the body is not valid JSON", is_malformed=True)
