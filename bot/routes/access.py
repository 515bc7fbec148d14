"""Who may call the bot: each route but the open ones needs a token with its scope."""

from collections.abc import Callable

from fastapi import FastAPI, Request, params
from fastapi.openapi.models import HTTPBearer
from fastapi.responses import JSONResponse
from fastapi.security.base import SecurityBase

from arbwatch.bearer.gate import Reason, refusal
from arbwatch.bearer.tokens import Scope, Tokens


class Denied(Exception):
    """A call that its token, or the want of one, does not allow."""

    def __init__(self, scope: Scope, reason: Reason) -> None:
        super().__init__(reason)
        self.scope = scope
        self.reason = reason


class Access(SecurityBase):
    """One scope as a FastAPI dependency. Without tokens all may do all.

    Its kind makes `/docs` ask for the token. `denied` is told each refusal.
    """

    def __init__(
        self, scope: Scope, tokens: Callable[[], Tokens] | None, *, denied: Callable[[Denied], None]
    ) -> None:
        self.model = HTTPBearer(description="A token of TOKENS_FILE or TOKENS")
        self.scheme_name = "token"
        self._scope = scope
        self._tokens = tokens
        self._denied = denied

    async def __call__(self, request: Request) -> None:
        if self._tokens is None:
            return
        peer = request.client.host if request.client else None
        headers = request.scope["headers"]
        reason = refusal(self._tokens(), self._scope, headers=headers, peer=peer)
        if reason is not None:
            error = Denied(self._scope, reason)
            self._denied(error)
            raise error

    def as_dependency(self) -> params.Security:
        """What a router is included with."""
        return params.Security(self, scopes=[self._scope])


def install(app: FastAPI) -> None:
    """Register how a refusal is answered."""
    app.add_exception_handler(Denied, _answer)


async def _answer(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Denied)
    if error.reason == "unauthorized":
        status, message = 401, "a valid token is needed: Authorization: Bearer <token>"
    else:
        status, message = 403, f"the token lacks the scope {error.scope}"
    content = {"error": {"code": error.reason, "message": message, "field": None}}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return JSONResponse(content, status_code=status, headers=headers)
