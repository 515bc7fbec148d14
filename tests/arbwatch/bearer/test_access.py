"""The token: shown with every call, read again when refused, its refusal told in words."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from arbwatch import Engine
from arbwatch.bearer.access import Access
from tests.arbwatch.rows import halted
from tests.arbwatch.samples import QUICK, fill
from tests.arbwatch.scripted import Reply, Request, ScriptedServer, accepted
from tests.conftest import wait_until


def serving(known: set[str]) -> Callable[[Request], Reply]:
    """An exporter that lets in who shows one of these tokens, and has halted Kalshi."""

    def script(request: Request) -> Reply:
        if request.token not in {f"Bearer {token}" for token in known}:
            return Reply(401)
        if "/stream" in request.path:
            return Reply(200, headers={"Content-Type": "text/event-stream"})
        if request.path == "/api/venues":
            return Reply(200, msgspec.json.encode([halted(3)]))
        return accepted(request)

    return script


def test_every_call_shows_the_token() -> None:
    """Pushes, questions, the stream, acknowledgements."""
    with ScriptedServer(serving({"s3cret"})) as server:
        engine = Engine(server.url, name="e", token="s3cret", options=QUICK)
        engine.on_control(lambda venue, is_halted: 0)
        with engine:
            engine.push(fill("f-1"))
            wait_until(lambda: len({request.path for request in server.requests}) == 4)

    assert {request.token for request in server.requests} == {"Bearer s3cret"}
    paths = {request.path.partition("?")[0] for request in server.requests}
    assert paths == {"/api/events", "/api/venues", "/api/venues/kalshi/ack", "/api/stream"}


def test_a_token_file_is_read_again_when_it_is_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A rotation costs neither a restart nor an error in the log."""
    path = tmp_path / "engine_token"
    path.write_text("old\n")
    known = {"old"}
    with ScriptedServer(serving(known)) as server:
        session = Access("e", token=path).session()
        assert session.get(server.url).status_code == 200

        path.write_text("new\n")
        known.add("new")
        known.remove("old")
        statuses = [session.get(server.url).status_code for _ in range(2)]
        session.close()

    assert statuses == [401, 200]
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_refusal_is_told_once_with_scope_and_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """And never the token."""
    path = tmp_path / "engine_token"
    path.write_text("s3cret")
    with ScriptedServer(lambda request: Reply(403 if "ack" in request.path else 401)) as server:
        session = Access("e", token=path).session()
        for _ in range(2):
            session.get(server.url + "/api/venues")
            session.post(server.url + "/api/events")
            session.post(server.url + "/api/venues/kalshi/ack")
        session.close()

    told = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert told == [
        f"token: the exporter does not know the token in {path}; one with the scope `read` is "
        "needed",
        f"token: the exporter does not know the token in {path}; one with the scope `ingest` is "
        "needed",
        f"token: the token in {path} lacks the scope `ack`: add it in the exporter's tokens",
    ]


def test_a_missing_token_is_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    """The exporter wants one, the engine has none."""
    with ScriptedServer(lambda request: Reply(401)) as server:
        session = Access("e").session()
        session.get(server.url + "/api/venues")
        session.close()

    assert "give Engine() a token" in caplog.text


@pytest.mark.parametrize("name", ["", "mine ", " mine", "..", "мой", "a\nb", "a" * 129])
def test_a_name_that_the_exporter_would_hear_otherwise_is_refused(name: str) -> None:
    """It would wait for the acknowledgement of an engine that does not exist."""
    with pytest.raises(ValueError, match="name: "):
        Engine("http://127.0.0.1:1", name=name)


def test_a_token_that_is_none_is_refused_at_the_start() -> None:
    """Before anything is sent, and without telling it."""
    with pytest.raises(ValueError, match="one word") as raised:
        Engine("http://127.0.0.1:1", name="e", token="two words")

    assert "two words" not in str(raised.value)
