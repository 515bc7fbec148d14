"""How msgspec types appear in the API description: bodies, answers, examples."""

from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Response

from arbwatch import answers, control, events, wire

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
    answers.Receipt,
    control.HaltOrder,
    control.ResumeOrder,
    control.Acknowledgement,
    control.VenueControl,
)


def respond(value: Any) -> Response:
    """A value of our types as the JSON answer."""
    return Response(msgspec.json.encode(value), media_type=wire.JSON)


def call(
    answer: Any, *, body: Any = None, example: Any = None, refusals: tuple[int, ...] = ()
) -> dict[str, Any]:
    """Arguments of a route that describe its body, its answer (a tuple: one of) and refusals."""
    extra: dict[str, Any] = {}
    if body is not None:
        content = {"schema": _schema(body)} | ({"example": example} if example else {})
        extra["requestBody"] = {"required": True, "content": {wire.JSON: content}}
    responses: dict[int | str, dict[str, Any]] = {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {wire.JSON: {"schema": {"$ref": _REF.format(name="Error")}}},
        }
        for status in (*refusals, 422)
    }
    responses[200] = {
        "description": "Done",
        "content": {wire.JSON: {"schema": _schema(answer)}},
    }
    return {"openapi_extra": extra, "responses": responses}


def install(app: FastAPI) -> None:
    """Add the schemas of our types to the app's API description."""
    generate = app.openapi

    def described() -> dict[str, Any]:
        description = generate()
        _, schemas = msgspec.json.schema_components(_DOCUMENTED, ref_template=_REF)
        known = description.setdefault("components", {}).setdefault("schemas", {})
        known.update(schemas | {"Error": _ERROR})
        return description

    app.openapi = described  # type: ignore[method-assign]


def _schema(kind: Any) -> dict[str, Any]:
    if isinstance(kind, tuple):
        return {"anyOf": [_schema(each) for each in kind]}
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=_REF)
    return schema
