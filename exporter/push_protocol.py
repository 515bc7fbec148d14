"""The push calls, answered in the protocol itself; every other request is uvicorn's and FastAPI's.

A single push through uvicorn, ASGI and FastAPI costs several times what it costs here: a task, a
scope, routing and two writes a request, none of which a push needs. This class adds to uvicorn's
own protocol what decides early that a request is a push and may be made, collects its bounded body,
and writes its answer at once.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from arbwatch.answers import Receipt
from arbwatch.control import BATCH_HEADER, ENGINE_HEADER
from arbwatch.events import MAX_BODY_BYTES
from exporter import refusals
from exporter.access import Access
from exporter.body import check_origin, media_type
from exporter.call import Answer, Call, Push, batch_name
from exporter.errors import ExporterError, TooLarge

log = logging.getLogger(__name__)

_ENGINE = ENGINE_HEADER.lower().encode()
_BATCH = BATCH_HEADER.lower().encode()
_ENCODER = msgspec.json.Encoder()
# What stands before a body, and how long a request may take to arrive whole.
MAX_HEAD_BYTES = 65_536
RECEIVE_SECONDS = 30.0
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class PushProtocol(HttpToolsProtocol):
    """One connection. `calls` by path answer a POST that `access` lets through.

    `heard` is told the names of engines, `refused` each refusal's type and code.

    One push is answered before the next request of the connection is read. A client that sends on
    without waiting gets its answer and a closed connection, as HTTP allows.
    """

    def __init__(
        self,
        *args: Any,
        calls: Mapping[bytes, Call],
        access: Access,
        heard: Callable[[str], None],
        refused: Callable[[str, str], None],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._calls = calls
        self._access = access
        self._heard = heard
        self._refused = refused
        self._call: Call | None = None
        self._denial: ExporterError | None = None
        self._chunks: list[bytes] = []
        self._size = 0
        self._is_answering = False
        self._is_last = False
        self._is_in_head = False
        self._has_begun = False
        self._keeps_alive = True
        self._head_size = 0
        self._waiting_since: float | None = self.loop.time()

    def data_received(self, data: bytes) -> None:
        """Bytes came in; an endless head is cut off."""
        was_in_head, self._has_begun = self._is_in_head, False
        super().data_received(data)
        if was_in_head and self._is_in_head and not self._has_begun:
            self._head_size += len(data)
            if self._head_size > MAX_HEAD_BYTES:
                self.transport.abort()

    def is_stuck(self) -> bool:
        """Whether a request has been arriving for too long, or none ever came."""
        since = self._waiting_since
        return since is not None and self.loop.time() - since > RECEIVE_SECONDS

    def on_message_begin(self) -> None:
        """A request begins."""
        self._unset_keepalive_if_required()
        self._is_in_head, self._has_begun, self._head_size = True, True, 0
        self._waiting_since = self.loop.time()
        self._is_last = self._is_last or self._is_answering
        if not self._is_answering:
            self._call = self._denial = None
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_headers_complete(self) -> None:
        """Now it is known whether this is a push."""
        self._is_in_head = False
        if self._is_last:
            return
        path = self.url.partition(b"?")[0]
        call = self._calls.get(path) if self.parser.get_method() == b"POST" else None
        if call is None:
            self._leave_to_uvicorn()
            return
        if self.cycle is not None and not self.cycle.response_complete:
            # Sent on behind a call that uvicorn is still answering: that answer is the last one.
            self._is_last, self.cycle.keep_alive = True, False
            return
        self._call, self._chunks, self._size = call, [], 0
        peer = self.client[0] if self.client else None
        self._denial = self._access.refusal("ingest", headers=self.headers, peer=peer)
        if self.expect_100_continue and self._denial is None:
            self.transport.write(_CONTINUE)
        elif self.expect_100_continue and self._denial is not None:
            self._is_last = True
            self._fail(self._denial)

    def on_body(self, body: bytes) -> None:
        """A part of the body; nothing is kept of one that is refused anyway."""
        if self._is_last or self._denial is not None:
            return
        if self._call is None:
            super().on_body(body)
            return
        self._chunks.append(body)
        self._size += len(body)
        if self._size > MAX_BODY_BYTES:
            self._is_last = True
            self._fail(TooLarge(f"a body holds at most {MAX_BODY_BYTES} bytes"))

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._waiting_since = None
        if self._is_last:
            return
        if self._call is None:
            super().on_message_complete()
            return
        self._is_answering, self._keeps_alive = True, self.parser.should_keep_alive()
        if self._denial is not None:
            self._fail(self._denial)
            return
        try:
            answer = self._call.accept(self._read())
        except Exception as error:
            self._fail(error)
            return
        if isinstance(answer, Receipt | ExporterError):
            self._give(answer)
            return
        task = self.loop.create_task(self._finish(answer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def eof_received(self) -> Any:
        """The client has said all; one that still waits for its answer gets it."""
        self._is_last = self._is_last or self._is_answering
        return self._is_answering

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP; an answer that is being made still goes out, as the last one."""
        if self._is_answering:
            self._is_last = True
        else:
            super().send_400_response(msg)

    def pause_writing(self) -> None:
        """The client does not read, so nothing more is read from it either."""
        super().pause_writing()
        self.flow.pause_reading()

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        self.flow.resume_reading()

    def shutdown(self) -> None:
        """Stop gracefully: after the answer, if one is being made."""
        if self._is_answering:
            self._is_last = True
        else:
            super().shutdown()

    def _leave_to_uvicorn(self) -> None:
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.headers, self.expect_100_continue = url, headers, expects
        self.scope["headers"] = headers
        super().on_headers_complete()

    def _read(self) -> Push:
        headers = dict(self.headers)
        if name := headers.get(_ENGINE):
            self._heard(name.decode("latin-1"))
        check_origin(headers)
        body = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        return Push(body, media_type(headers), batch_name(headers.get(_BATCH), body))

    async def _finish(self, pending: Awaitable[Answer]) -> None:
        try:
            answer = await pending
        except Exception as error:
            self._fail(error)
        else:
            self._give(answer)

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, ExporterError):
            log.error("unexpected error in a push", exc_info=error)
            error = ExporterError(refusals.BUG)
        if self._call is not None and error is not self._denial:
            self._refused(self._call.name, error.code)
        self._give(error)

    def _give(self, answer: Answer) -> None:
        if isinstance(answer, Receipt):
            self._answer(200, _ENCODER.encode(answer))
            return
        status, content, headers = refusals.rendered(answer)
        extra = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        self._answer(status, content, extra)

    def _answer(self, status: int, content: bytes, extra: bytes = b"") -> None:
        """Head and body in one write, which is one system call."""
        self._is_answering = False
        self.server_state.total_requests += 1
        if self.transport.is_closing() or self.parser is None:
            return
        is_last = self._is_last or not self._keeps_alive
        head = [STATUS_LINE[status], extra]
        for name, value in self.server_state.default_headers:
            head += (name, b": ", value, b"\r\n")
        if is_last:
            head.append(b"connection: close\r\n")
        head.append(b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(content))
        head.append(content)
        self.transport.write(b"".join(head))
        if is_last:
            self.transport.close()
        else:
            self._expect_more()

    def _expect_more(self) -> None:
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )
