"""How msgspec types appear in the API description: bodies, answers, examples."""

from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Response

from arbwatch import answers, control, events, wire
from exporter.access import SCHEME

# Lines and MessagePack hold several events; the schema is that of one, or of an array.
PUSHED_AS = (wire.JSON, wire.NDJSON, wire.MSGPACK)

_REF = "#/components/schemas/{name}"
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "field": {"type": ["string", "null"]},
            },
        }
    },
}
_DOCUMENTED: tuple[Any, ...] = (
    *events.EVENT_TYPES,
    events.ExposureRow,
    answers.LiveEdge,
    answers.StoredFill,
    answers.ExposureTotal,
    answers.VenueHealth,
    answers.PnlReport,
    answers.StatsReport,
    answers.Receipt,
    answers.AuditRow,
    control.HaltOrder,
    control.ResumeOrder,
    control.Acknowledgement,
    control.Denial,
    control.VenueControl,
)


def respond(value: Any) -> Response:
    """A value of our types as the JSON answer."""
    return Response(msgspec.json.encode(value), media_type=wire.JSON)


def call(
    answer: Any, *, body: Any = None, example: Any = None, refusals: tuple[int, ...] = ()
) -> dict[str, Any]:
    """Arguments of a FastAPI route that describe its body, answer (a tuple: one of), refusals."""
    extra = {}
    if body is not None:
        extra["requestBody"] = _request_body(body, example, is_required=False)
    return {"openapi_extra": extra, "responses": _responses(answer, refusals)}


def operation(
    tag: str, answer: Any, *, body: Any, example: Any, refusals: tuple[int, ...]
) -> dict[str, Any]:
    """The same for a POST that FastAPI does not serve: the whole operation."""
    responses = _responses(answer, refusals)
    return {
        "tags": [tag],
        "security": [{SCHEME: ["ingest"]}],
        "requestBody": _request_body(body, example, media_types=PUSHED_AS),
        "responses": {str(status): response for status, response in responses.items()},
    }


def install(app: FastAPI, posts: dict[str, Any]) -> None:
    """Add our types, and `posts` that FastAPI does not serve, to the app's API description."""
    generate = app.openapi

    def described() -> dict[str, Any]:
        description = generate()
        _, schemas = msgspec.json.schema_components(_DOCUMENTED, ref_template=_REF)
        known = description.setdefault("components", {}).setdefault("schemas", {})
        known.update(schemas | {"Error": _ERROR})
        for path, post in posts.items():
            description["paths"].setdefault(path, {})["post"] = post
        return description

    app.openapi = described  # type: ignore[method-assign]


def _request_body(
    body: Any,
    example: Any,
    *,
    is_required: bool = True,
    media_types: tuple[str, ...] = (wire.JSON,),
) -> dict[str, Any]:
    content = {"schema": _schema(body)} | ({"example": example} if example else {})
    return {"required": is_required, "content": dict.fromkeys(media_types, content)}


def _responses(answer: Any, refusals: tuple[int, ...]) -> dict[int | str, dict[str, Any]]:
    error = {wire.JSON: {"schema": {"$ref": _REF.format(name="Error")}}}
    responses: dict[int | str, dict[str, Any]] = {
        status: {"description": HTTPStatus(status).phrase, "content": error}
        for status in (401, 403, *refusals, 422)
    }
    answered = {wire.JSON: {"schema": _schema(answer)}}
    return responses | {200: {"description": "Done", "content": answered}}


def _schema(kind: Any) -> dict[str, Any]:
    if isinstance(kind, tuple):
        return {"anyOf": [_schema(each) for each in kind]}
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=_REF)
    return schema
