"""Every route of an app, and every kind of caller."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from arbwatch.bearer.tokens import SCOPES

OPEN = {"/", "/healthz", "/readyz", "/docs", "/openapi.json"}
# Two tokens of each name, and each name has one scope.
TOKENS = ";".join(f"{scope} {scope} {scope}-{nth}" for scope in SCOPES for nth in ("new", "old"))
CALLERS = [None, "wrong", *(f"{scope}-{nth}" for scope in SCOPES for nth in ("new", "old"))]

Route = tuple[str, str]


def routes_of(app: FastAPI) -> Iterator[Route]:
    """Method and path of each, however it came into the app."""
    for context in iter_route_contexts(app.routes):
        assert context.path is not None
        assert context.methods, f"{context.path} is no HTTP route: who may use it?"
        for method in context.methods:
            yield method, context.path


def refusal_expected(needed: str | None, caller: str | None) -> int | None:
    """The status that a caller is refused with; `needed` is the scope, `None` for open routes."""
    if needed is None:
        return None
    if caller is None or caller == "wrong":
        return 401
    return None if caller.startswith(f"{needed}-") else 403
