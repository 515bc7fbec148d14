"""Bytes to events and back: one door in, one door out, the same for engine and exporter.

Decoding is strict (no NaN, no `true` or `"1.5"` as a number) and its errors never repeat the input.
"""

import re
from collections.abc import Iterable
from typing import Generic, TypeVar, get_args

import msgspec

from arbwatch import split
from arbwatch.answers import Rejection
from arbwatch.events import MAX_BATCH_EVENTS, BookTimes, Event, ExposureRows, Identifier

NDJSON = "application/x-ndjson"
JSON = "application/json"
MSGPACK = "application/msgpack"

T = TypeVar("T")
Decoder = msgspec.json.Decoder[T] | msgspec.msgpack.Decoder[T]

_ENCODER = msgspec.json.Encoder()

_NOT_FINITE = re.compile(rb"[:,\[]\s*[-+]?(NaN|Infinity)\b")
# A float of MessagePack with all bits of its exponent set; valid UTF-8 never looks like it.
_PACKED_NOT_FINITE = re.compile(rb"\xcb[\x7f\xff][\xf0-\xff]|\xca[\x7f\xff][\x80-\xff]")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_ENDLESS = re.compile(rb"(?<!\d)\d{400}")
_TIMES_AS_NUMBERS = ("Expected `datetime`, got `int`", "Expected `datetime`, got `float`")
# Of JSON, and of MessagePack by its three ways to say the length.
_ARRAY_STARTS = (b"[", *(bytes([first]) for first in (*range(0x90, 0xA0), 0xDC, 0xDD)))
# Where an error is: in a value, or in a key of an object; which entry of it is of no use here.
_PLACE = re.compile(r" - at (?:`key` in )?`\$\.?(.*?)(?:\[\.\.\.\])?`$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_IDENTIFIERS: dict[type, tuple[str, ...]] = {}


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


def decode(body: bytes, decoder: Decoder[T]) -> T:
    """One value of the decoder's type.

    Raises:
        WireError: the body is empty, malformed or not of that type.
    """
    is_packed = isinstance(decoder, msgspec.msgpack.Decoder)
    try:
        value = decoder.decode(body)
        if is_packed or may_hold_controls(body):
            check_text(value)
        return value
    except msgspec.ValidationError as error:
        raise _empty_or(body, _explain(error, body, is_packed=is_packed)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _empty_or(body, _diagnose(body)) from None


def may_hold_controls(body: bytes) -> bool:
    """Whether decoded text can hold a control character: in JSON only escapes and DEL give one."""
    return b"\\" in body or b"\x7f" in body


def check_text(value: object) -> None:
    """Refuse control characters in identifiers, also in those of a list's or a row's structs.

    Raises:
        WireError: with the field's name.
    """
    if isinstance(value, list):
        for item in value:
            check_text(item)
    elif isinstance(value, msgspec.Struct):
        for name in _identifiers(type(value)):
            text = getattr(value, name)
            if isinstance(text, list):
                check_text(text)
            elif isinstance(text, dict):
                for key in text:
                    _check_identifier(key, name)
            elif text is not None:
                _check_identifier(text, name)


def _check_identifier(text: str, field: str) -> None:
    # Printable text is cheap to tell, and nearly all of it is.
    if not text.isprintable() and _CONTROL.search(text):
        raise WireError("bad_text", "must be text without control characters", field=field)


def _identifiers(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """Names of the fields that are identifiers, have them as keys, or hold structs with some."""
    if kind not in _IDENTIFIERS:
        _IDENTIFIERS[kind] = tuple(
            field.name
            for field in msgspec.structs.fields(kind)
            if not {Identifier, ExposureRows, BookTimes}.isdisjoint(
                (field.type, *get_args(field.type))
            )
        )
    return _IDENTIFIERS[kind]


class Batches(Generic[T]):
    """Decodes batches of one type: lines or an array of JSON, or an array of MessagePack."""

    def __init__(self, item: type[T]) -> None:
        self._item = msgspec.json.Decoder(item)
        self._list = msgspec.json.Decoder(list[item])  # type: ignore[valid-type]
        self._packed_item = msgspec.msgpack.Decoder(item)
        self._packed = msgspec.msgpack.Decoder(list[item])  # type: ignore[valid-type]

    def decode(self, body: bytes, content_type: str) -> tuple[list[T], list[Rejection]]:
        """A batch as its good items, in order, and why each other one is refused.

        Raises:
            WireError: the batch as a whole is empty, malformed or too long.
        """
        try:
            items = self._decode_all(body, content_type)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, WireError):
            return self._decode_each(*self._split(body, content_type))
        _check_length(len(items))
        return items, []

    def _decode_all(self, body: bytes, content_type: str) -> list[T]:
        if content_type == MSGPACK:
            items = self._packed.decode(body)
        elif content_type == NDJSON:
            items = self._item.decode_lines(body)
        else:
            items = self._list.decode(body)
        if content_type == MSGPACK or may_hold_controls(body):
            for item in items:
                check_text(item)
        return items

    def _split(self, body: bytes, content_type: str) -> tuple[list[bytes], Decoder[T]]:
        try:
            if content_type == MSGPACK:
                return split.packed(body, MAX_BATCH_EVENTS), self._packed_item
            if content_type == NDJSON:
                return split.lines(body, MAX_BATCH_EVENTS), self._item
            return split.elements(body, MAX_BATCH_EVENTS), self._item
        except split.TooManyError:
            raise _too_large() from None
        except (ValueError, RecursionError):
            if not body.lstrip().startswith(_ARRAY_STARTS):
                decode(body, self._packed if content_type == MSGPACK else self._list)
            raise _empty_or(body, _diagnose(body)) from None

    def _decode_each(
        self, raws: list[bytes], decoder: Decoder[T]
    ) -> tuple[list[T], list[Rejection]]:
        _check_length(len(raws))
        items: list[T] = []
        rejections = []
        for index, raw in enumerate(raws):
            try:
                items.append(decode(raw, decoder))
            except WireError as error:
                rejections.append(_rejection(index, error))
        return items, rejections


EVENTS: Batches[Event] = Batches(Event)  # type: ignore[arg-type]


def _rejection(index: int, error: WireError) -> Rejection:
    return Rejection(index=index, code=error.code, message=error.message, field=error.field)


def _check_length(count: int) -> None:
    if count == 0:
        raise WireError("empty", "the batch holds no event")
    if count > MAX_BATCH_EVENTS:
        raise _too_large()


def _too_large() -> WireError:
    return WireError("too_large", f"a batch holds at most {MAX_BATCH_EVENTS} events")


def _explain(error: msgspec.ValidationError, body: bytes, *, is_packed: bool) -> WireError:
    text = str(error)
    field = None
    if place := _PLACE.search(text):
        text, field = text[: place.start()], place[1] or None
    if text.startswith("Object missing required field"):
        return WireError("missing", "a required field is missing", field=text.split("`")[1])
    if text.startswith("Number out of range"):
        if _ENDLESS.search(body):
            return WireError("malformed", "a number has too many digits", is_malformed=True)
        return WireError("not_finite", "the number is too large", field=field)
    if is_packed and text.startswith("Expected `float`") and _PACKED_NOT_FINITE.search(body):
        return WireError("not_finite", "numbers must be finite", field=field)
    if text.startswith(_TIMES_AS_NUMBERS):
        return WireError("out_of_range", "send the time as RFC 3339 text, with zone", field=field)
    if text.startswith("Invalid"):
        return WireError("out_of_range", "not one of the values allowed here", field=field)
    if "got `" in text:
        return WireError("wrong_type", text, field=field)
    return WireError("out_of_range", text, field=field)


def _empty_or(body: bytes, error: WireError) -> WireError:
    is_empty = body.strip() in (b"", b"null", b"\xc0")
    return WireError("empty", "the body is empty") if is_empty else error


def _diagnose(body: bytes) -> WireError:
    if (b"NaN" in body or b"Infinity" in body) and _NOT_FINITE.search(body):
        return WireError("not_finite", "numbers must be finite")
    if _SURROGATE.search(body):
        return WireError("bad_text", "text must be valid Unicode, without lone surrogates")
    return WireError("malformed", "the body is not what its Content-Type says", is_malformed=True)
