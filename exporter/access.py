"""Who may call which route: asks the tokens, counts what is denied, notes the engines that call."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing

from fastapi import Request, params
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from arbwatch.bearer.gate import Headers, Reason, refusal
from arbwatch.bearer.tokens import Scope, Tokens
from arbwatch.control import ENGINE_HEADER
from exporter.errors import ExporterError, Forbidden, Unauthorized

SCHEME = "token"


class Access:
    """What every call but the open ones passes. Without tokens all may do all.

    `heard` is told the name of an engine that calls and may, `denied` each refusal.
    """

    def __init__(
        self,
        tokens: Callable[[], Tokens] | None,
        *,
        heard: Callable[[str], None],
        denied: Callable[[Scope, Reason], None],
    ) -> None:
        self._tokens = tokens
        self._heard = heard
        self._denied = denied

    def refusal(self, scope: Scope, *, headers: Headers, peer: str | None) -> ExporterError | None:
        """The error for a call that may not be made; it has been counted."""
        if self._tokens is None:
            return None
        reason = refusal(self._tokens(), scope, headers=headers, peer=peer)
        if reason is None:
            return None
        self._denied(scope, reason)
        return Unauthorized() if reason == "unauthorized" else Forbidden(scope)

    def needs(self, scope: Scope) -> params.Security:
        """The dependency of the routes that need a scope."""
        return params.Security(_Needs(self, scope), scopes=[scope])

    def check(self, scope: Scope, request: Request) -> None:
        """Raise the refusal of a request, if there is one."""
        if (refused := self._refusal_of(scope, request)) is not None:
            raise refused
        if name := request.headers.get(ENGINE_HEADER):
            self._heard(name)

    async def while_allowed(
        self, scope: Scope, request: Request, chunks: AsyncGenerator[bytes, None]
    ) -> AsyncIterator[bytes]:
        """An endless answer, ended once the token that asked for it is taken out."""
        async with aclosing(chunks):
            async for chunk in chunks:
                if self._refusal_of(scope, request) is not None:
                    return
                yield chunk

    def _refusal_of(self, scope: Scope, request: Request) -> ExporterError | None:
        peer = request.client.host if request.client else None
        return self.refusal(scope, headers=request.scope["headers"], peer=peer)


class _Needs(SecurityBase):
    """One scope as a FastAPI dependency; its kind makes `/docs` ask for the token."""

    def __init__(self, access: Access, scope: Scope) -> None:
        self.model = HTTPBearer(description="A token of TOKENS_FILE or TOKENS")
        self.scheme_name = SCHEME
        self._access = access
        self._scope = scope

    async def __call__(self, request: Request) -> None:
        self._access.check(self._scope, request)
