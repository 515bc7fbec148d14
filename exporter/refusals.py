"""Every refusal in one shape: `{"error": {"code", "message", "field"}}`, never the input."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from exporter.errors import ExporterError, LedgerUnavailable

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = "1"


def install(app: FastAPI) -> None:
    """Register the handlers: our errors, FastAPI's validation, unknown paths, and bugs."""
    app.add_exception_handler(ExporterError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid_parameter)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


async def _ours(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ExporterError)
    headers = {"Retry-After": RETRY_AFTER_SECONDS} if isinstance(error, LedgerUnavailable) else {}
    return _answer(error.status, error.code, error.message, field=error.field, headers=headers)


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
    return _answer(500, "internal", "unexpected error; the exporter's log has the details")


def _answer(
    status: int,
    code: str,
    message: str,
    *,
    field: str | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    content = {"error": {"code": code, "message": message, "field": field}}
    return JSONResponse(content, status_code=status, headers=headers)
