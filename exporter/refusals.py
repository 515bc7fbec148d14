"""Every refusal in one shape: `{"error": {"code", "message", "field"}}`, never the input."""

import logging
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from exporter.errors import ExporterError, LedgerUnavailable, Unauthorized

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = "1"
BUG = "unexpected error; the exporter's log has the details"


def install(app: FastAPI) -> None:
    """Register the handlers: our errors, FastAPI's validation, unknown paths, and bugs."""
    app.add_exception_handler(ExporterError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid_parameter)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


def rendered(error: ExporterError) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
    """Status, body and extra headers of our own error."""
    content = _content(error.code, error.message, error.field)
    return error.status, msgspec.json.encode(content), _headers(error)


def _headers(error: ExporterError) -> list[tuple[bytes, bytes]]:
    if isinstance(error, LedgerUnavailable):
        return [(b"retry-after", RETRY_AFTER_SECONDS.encode())]
    return [(b"www-authenticate", b"Bearer")] if isinstance(error, Unauthorized) else []


async def _ours(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ExporterError)
    status, content, headers = rendered(error)
    answer = Response(content, status_code=status, media_type="application/json")
    answer.raw_headers.extend(headers)
    return answer


async def _invalid_parameter(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    return _answer(422, "invalid_parameter", str(first["msg"]), field=str(first["loc"][-1]))


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
    headers = dict(error.headers or {})
    return _answer(error.status_code, code, str(error.detail), headers=headers)


async def _bug(request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected error in %s", request.scope["path"], exc_info=error)
    return _answer(500, "internal", BUG)


def _answer(
    status: int,
    code: str,
    message: str,
    *,
    field: str | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    return JSONResponse(_content(code, message, field), status_code=status, headers=headers)


def _content(code: str, message: str, field: str | None) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "field": field}}
