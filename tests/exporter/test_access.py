"""Who may call what: every route with every kind of caller, over a real socket."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from arbwatch.bearer.tokens import SCOPES, parse_setting
from exporter.app import create_app
from exporter.routes import push
from tests.client import Client, edge, fill
from tests.conftest import RunningExporter, wait_until
from tests.exporter.raw import answers, connect
from tests.exporter.raw import push as raw_push
from tests.scopes import CALLERS, OPEN, TOKENS, Route, refusal_expected, routes_of

GUARDED = parse_setting(TOKENS)
# Another place, no token, no such path, no such method.
NOT_SERVED = (307, 401, 404, 405)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningExporter]:
    """An exporter with two tokens for each scope."""
    running = RunningExporter(tmp_path_factory.mktemp("guarded") / "ledger.db", tokens=GUARDED)
    running.start()
    yield running
    running.stop()


def all_routes(exporter: RunningExporter) -> list[Route]:
    """What FastAPI serves, and the push calls, which it does not."""
    pushes = [("POST", path.decode()) for path in push.calls(exporter.parts.ingest)]
    return sorted({*routes_of(create_app(exporter.parts)), *pushes})


def needed(exporter: RunningExporter, route: Route) -> str | None:
    """The scope that the rules name for a route."""
    method, path = route
    if path in OPEN:
        return None
    if path == "/metrics":
        return "metrics"
    if method == "GET":
        return "read"
    if path.encode() in push.calls(exporter.parts.ingest):
        return "ingest"
    return "ack" if path.endswith("/ack") else "control"


def status(exporter: RunningExporter, method: str, path: str, token: str | None = None) -> int:
    """What a call is answered with; a stream's body is not waited for."""
    with requests.request(
        method,
        exporter.client.url + path.replace("{venue}", "kalshi"),
        headers={"Authorization": f"Bearer {token}"} if token else {},
        json={} if method == "POST" else None,
        stream=True,
        allow_redirects=False,
        timeout=10,
    ) as answer:
        assert (answer.status_code == 401) == ("WWW-Authenticate" in answer.headers)
        return answer.status_code


@pytest.mark.parametrize("caller", CALLERS)
def test_every_route_knows_who_may_call_it(guarded: RunningExporter, caller: str | None) -> None:
    """Refused with 401 or 403 as the rules say, else answered in some other way."""
    routes = all_routes(guarded)
    assert len(routes) > 20

    for route in routes:
        expected = refusal_expected(needed(guarded, route), caller)
        got = status(guarded, *route, caller)
        assert (got if got in (401, 403) else None) == expected, route


def test_no_other_method_or_spelling_opens_a_route(guarded: RunningExporter) -> None:
    """HEAD, OPTIONS and others, slashes, dots, percent signs and capitals."""
    guarded_paths = {path for _, path in all_routes(guarded)} - OPEN

    for path in guarded_paths:
        for method in ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"):
            assert status(guarded, method, path) in NOT_SERVED, (method, path)
        spellings = (f"{path}/", f"/{path}", f"/.{path}", path.upper(), path.replace("e", "%65"))
        for spelling in (*spellings, f"{path}?x=/healthz", f"{path};/healthz"):
            for method in ("GET", "POST"):
                assert status(guarded, method, spelling) in NOT_SERVED, spelling


def test_without_tokens_all_is_open(exporter: RunningExporter) -> None:
    """As on a developer's own machine."""
    for route in all_routes(exporter):
        assert status(exporter, *route) not in (401, 403), route


def test_a_refusal_says_what_is_missing_and_is_counted(guarded: RunningExporter) -> None:
    """By scope and reason; every series begins at 0."""
    api = Client(guarded.client.url, token="metrics-new")
    for scope in SCOPES:
        assert api.sample("arb_exporter_denied_total", scope=scope, reason="forbidden") is not None
    before = api.sample("arb_exporter_denied_total", scope="ingest", reason="forbidden")
    assert before is not None

    answer = api.post("/api/fills", fill("f-1"))

    assert answer.status_code == 403
    message = "the token lacks the scope ingest"
    assert answer.json()["error"] == {"code": "forbidden", "message": message, "field": None}
    after = api.sample("arb_exporter_denied_total", scope="ingest", reason="forbidden")
    assert after == before + 1
    assert api.sample("arb_exporter_rejected_total", type="fill", reason="forbidden") is None


def test_who_is_refused_is_no_engine(guarded: RunningExporter) -> None:
    """A name that anybody can send must not hold up the acknowledgement of a halt."""
    api = Client(guarded.client.url, token="ack-new")
    name = {"Arbwatch-Engine": "stranger"}

    api.post("/api/edges", edge(), **name)
    requests.get(f"{api.url}/api/venues", headers=name, timeout=30)

    assert "stranger" not in guarded.parts.engines.connected()
    Client(api.url, token="ingest-old").post("/api/edges", edge(), **name)
    assert "stranger" in guarded.parts.engines.connected()


def test_a_refused_push_leaves_the_connection_usable(guarded: RunningExporter) -> None:
    """The next one in line is judged by its own token."""
    good = "Authorization: bearer ingest-new\r\n"
    with closing(connect(guarded.client)) as client:
        client.sendall(
            raw_push("/api/edges", edge())
            + raw_push("/api/edges", edge(), headers=good)
            + raw_push("/api/edges", edge(), headers="Authorization: Bearer read-new\r\n")
            + raw_push("/api/edges", edge(), headers=good + good)
            + raw_push("/api/edges", edge(), version="HTTP/1.0", headers=good)
        )

        assert [status for status, _ in answers(client)] == [401, 200, 403, 401, 200]


@pytest.mark.parametrize("size", [100, 5_000_000])
def test_the_body_of_a_refused_push_is_not_waited_for(guarded: RunningExporter, size: int) -> None:
    """Who asks first is told at once; who sends at once is told behind it, whatever the size."""
    head = f"POST /api/events HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n"
    with closing(connect(guarded.client)) as client:
        client.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        ((status, content),) = answers(client)
        assert (status, b"connection: close" in content) == (401, True)

    answer = guarded.client.post("/api/events", b" " * size)
    assert answer.status_code == 401


def test_a_trailer_is_no_authorization(guarded: RunningExporter) -> None:
    """What comes behind the body came too late."""
    body = json.dumps(edge())
    request = (
        "POST /api/edges HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        f"{len(body):x}\r\n{body}\r\n0\r\nAuthorization: Bearer ingest-new\r\n\r\n"
    )
    with closing(connect(guarded.client)) as client:
        client.sendall(request.encode() + raw_push("/api/edges", edge(), version="HTTP/1.0"))

        assert [status for status, _ in answers(client)] == [401, 401]


def test_a_changed_file_counts_for_the_next_call(ledger_path: Path, tmp_path: Path) -> None:
    """Pushes and all other calls alike, without a restart; a wrong one is counted."""
    tokens = tmp_path / "tokens"
    tokens.write_text("a ingest,metrics first\n# end\n")
    running = RunningExporter(ledger_path, tokens_file=tokens)
    running.start()
    api = Client(running.client.url, token="second")
    assert api.post("/api/fills", fill("f-1")).status_code == 401

    tokens.write_text("a ingest,metrics second\na ingest first\n# end\n")

    wait_until(lambda: api.post("/api/fills", fill("f-1")).status_code == 200)
    assert api.sample("arb_exporter_token_reload_failures_total") == 0
    tokens.write_text("")
    wait_until(lambda: api.sample("arb_exporter_token_reload_failures_total") == 1)
    running.stop()


def test_a_stream_ends_with_its_token(ledger_path: Path, tmp_path: Path) -> None:
    """Whoever asked with a token that is taken out is told nothing more."""
    tokens = tmp_path / "tokens"
    tokens.write_text("a ingest first\nb read second\n# end\n")
    running = RunningExporter(ledger_path, tokens_file=tokens)
    running.start()
    api = Client(running.client.url, token="first")
    shown = {"Authorization": "Bearer second"}
    with requests.get(f"{api.url}/api/stream", headers=shown, stream=True, timeout=30) as stream:
        lines = stream.iter_lines()
        assert next(lines) == b"id: 0"
        tokens.write_text("a ingest first\nb read third\n# end\n")
        wait_until(
            lambda: (
                requests.get(f"{api.url}/api/fills", headers=shown, timeout=30).status_code == 401
            )
        )

        api.post("/api/fills", fill("f-1"))

        assert b"fill" not in b"".join(lines)
    running.stop()


def test_anyone_on_this_machine_may_read_where_the_tokens_say_so(ledger_path: Path) -> None:
    """By a name of this machine, not by one that a web page brought here; and read only."""
    running = RunningExporter(ledger_path, tokens=parse_setting("anyone read -;a control t"))
    running.start()
    url = f"{running.client.url}/api/edges"

    assert requests.get(url, timeout=30).status_code == 200
    assert requests.get(url, headers={"Host": "evil.example"}, timeout=30).status_code == 401
    assert requests.get(url, headers={"X-Forwarded-For": "::1"}, timeout=30).status_code == 401
    assert running.client.post("/api/venues/kalshi/halt", {}).status_code == 401
    running.stop()


def test_the_description_asks_for_the_token(guarded: RunningExporter) -> None:
    """So /docs has a button for it, and every call but the open ones says its scope."""
    description = guarded.client.get("/openapi.json")

    assert description["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for path, methods in description["paths"].items():
        for method, call in methods.items():
            scope = needed(guarded, (method.upper(), path))
            assert call.get("security") == ([{"token": [scope]}] if scope else None), path
