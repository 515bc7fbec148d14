"""Who the engine is to the exporter: its name and its token, shown with every call."""

import logging
import re
from pathlib import Path
from typing import Any

import requests

from arbwatch.bearer.credential import Credential
from arbwatch.control import ENGINE_HEADER

log = logging.getLogger(__name__)

# What a header carries unchanged, as the exporter takes it; and `..` would be another folder.
_NAME = re.compile(r"[!-~](?:[ -~]{0,126}[!-~])?(?<!\.)")


class Access:
    """Makes connections that carry the engine's name and token, and says what a refusal means.

    A token that is a file's path is read again when the exporter refuses it (401): the next call
    then shows the new one. A refusal is logged once for each scope, until it is granted.

    Raises:
        ValueError: the name or the token cannot stand in a header.
    """

    def __init__(self, engine: str, *, token: str | Path | None = None) -> None:
        if not _NAME.fullmatch(engine):
            raise ValueError(
                f"name: {engine!r} is none; 1 to 128 characters of printable ASCII, "
                "without a space at its ends, or a dot at its end"
            )
        self.engine = engine
        self._token = token
        self._credential = Credential(token)
        self._refused: set[str] = set()

    def session(self) -> requests.Session:
        """A connection of its own, for one thread."""
        session = requests.Session()
        # A proxy of the environment is for the world outside: nothing takes a way not asked for.
        session.trust_env = False
        session.headers[ENGINE_HEADER] = self.engine
        session.hooks["response"].append(self._judge)
        if self._token is not None:  # Else a password in the URL goes on to count.
            session.auth = self._sign
        return session

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._credential.headers)
        return request

    def _judge(self, answer: requests.Response, **_: Any) -> None:
        scope = _scope(answer.request)
        if answer.ok:
            self._refused.discard(scope)
        elif answer.status_code == 401 and self._has_newer(answer.request):
            log.info("token: %s was read again", self._token)
        elif answer.status_code in (401, 403) and scope not in self._refused:
            self._refused.add(scope)
            log.error("token: %s", self._describe(answer.status_code, scope))

    def _has_newer(self, request: requests.PreparedRequest) -> bool:
        """Whether there is another token by now than this request showed."""
        shown = request.headers.get("Authorization")
        return shown != self._credential.headers.get("Authorization") or self._credential.renew()

    def _describe(self, status: int, scope: str) -> str:
        is_file = isinstance(self._token, Path)
        given = f"the token in {self._token}" if is_file else "the token given to Engine()"
        if self._token is None:
            return f"the exporter wants one with the scope `{scope}`: give Engine() a token"
        if status == 403:
            return f"{given} lacks the scope `{scope}`: add it in the exporter's tokens"
        return f"the exporter does not know {given}; one with the scope `{scope}` is needed"


def _scope(request: requests.PreparedRequest) -> str:
    """What the call needs, as the exporter names it."""
    if request.method == "GET":
        return "read"
    return "ack" if (request.url or "").endswith("/ack") else "ingest"
