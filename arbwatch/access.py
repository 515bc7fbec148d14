"""Who the engine is to the exporter: its name and its token, shown with every call."""

import logging
from pathlib import Path
from typing import Any

import requests

from arbwatch.control import ENGINE_HEADER

log = logging.getLogger(__name__)


class Access:
    """Makes connections that carry the engine's name and token, and says what a refusal means.

    A token that is a file's path is read again when the exporter refuses it (401): the next call
    then shows the new one. A refusal is logged once for each scope, until it is granted.
    """

    def __init__(self, engine: str, *, token: str | Path | None = None) -> None:
        self.engine = engine
        self._path = token if isinstance(token, Path) else None
        self._header = _bearer(token) if isinstance(token, str) else None
        self._told: set[str] = set()
        self._read_again()

    def session(self) -> requests.Session:
        """A connection of its own, for one thread."""
        session = requests.Session()
        # A proxy of the environment is for the world outside: nothing takes a way not asked for.
        session.trust_env = False
        session.headers[ENGINE_HEADER] = self.engine
        session.hooks["response"].append(self._judge)
        if self._header is not None or self._path is not None:
            session.auth = self._sign
        return session

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._header is not None:
            request.headers["Authorization"] = self._header
        return request

    def _judge(self, answer: requests.Response, **_: Any) -> None:
        scope = _scope(answer.request)
        if answer.ok:
            self._told.discard(scope)
        elif answer.status_code == 401 and self._has_newer(answer.request):
            log.info("token: %s was read again", self._path)
        elif answer.status_code in (401, 403) and scope not in self._told:
            self._told.add(scope)
            log.error("token: %s", self._describe(answer.status_code, scope))

    def _has_newer(self, request: requests.PreparedRequest) -> bool:
        """Whether there is another token by now than this request showed."""
        shown = request.headers.get("Authorization")
        if shown == self._header:
            self._read_again()
        return shown != self._header

    def _read_again(self) -> None:
        if self._path is None:
            return
        try:
            self._header = _bearer(self._path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            if "" not in self._told:
                log.error("token: %s cannot be read, or holds no token", self._path)
            self._told.add("")
        else:
            self._told.discard("")

    def _describe(self, status: int, scope: str) -> str:
        given = (
            "the token given to Engine()" if self._path is None else f"the token in {self._path}"
        )
        if status == 403:
            return f"{given} lacks the scope `{scope}`: add it to the exporter's tokens"
        if self._header is None:
            return f"the exporter wants one with the scope `{scope}`: give Engine() a token"
        return f"the exporter does not know {given}: it needs one with the scope `{scope}`"


def _bearer(text: str) -> str:
    """The header's value.

    Raises:
        ValueError: the text is no token. It does not say what the text was.
    """
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError("token: must be one word of printable ASCII")
    return f"Bearer {token}"


def _scope(request: requests.PreparedRequest) -> str:
    """What the call needs, as the exporter names it."""
    if request.method == "GET":
        return "read"
    return "ack" if (request.url or "").endswith("/ack") else "ingest"
