"""The load generator: keep-alive HTTP/1.1 over raw sockets, with requests made beforehand.

One thread and one epoll on a core of its own. `load_busy` of a run tells how much of that core it
needed: well below 1 the generator is not what was measured.
"""

import gc
import heapq
import select
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import sub

from bench.errors import BenchError
from bench.services import Service

ANSWER_BYTES = 256 * 1024
DRAIN_SECONDS = 30.0
NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Requests over some connections.

    Without an interval each connection sends as soon as it has its answer. With one it sends at
    fixed times, and a latency counts from then, so that a late answer delays no measurement.
    """

    requests: Iterator[bytes]
    connections: int = 1
    interval_seconds: float | None = None


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of one traffic. `latencies_ns` has one value for each answer, all of them 2xx."""

    latencies_ns: list[int] = field(default_factory=list)
    seconds: float = 0.0
    load_busy: float = 0.0
    service_busy: float = 0.0
    last_answer: bytes = b""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies_ns) / self.seconds

    def percentile_ms(self, percent: float) -> float:
        """The latency that `percent` of the requests did not exceed."""
        return percentile(self.latencies_ns, percent) / 1e6


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of `values` do not exceed.

    Raises:
        BenchError: there are no values.
    """
    if not values:
        raise BenchError("nothing was answered")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def run(service: Service, *traffics: Traffic, seconds: float) -> list[Outcome]:
    """Send for so long, or until no requests are left, and wait for the last answers.

    Raises:
        BenchError: an answer was not 2xx, or the service hung up.
    """
    outcomes = [Outcome() for _ in traffics]
    lanes = [
        _Lane(service.port, traffic, outcome)
        for traffic, outcome in zip(traffics, outcomes, strict=True)
        for _ in range(traffic.connections)
    ]
    try:
        with _no_garbage_collection():
            before = _clocks(service)
            _Loop(lanes).run(seconds)
            elapsed, load_cpu, service_cpu = map(sub, _clocks(service), before)
    finally:
        for lane in lanes:
            lane.socket.close()
    for outcome in outcomes:
        outcome.seconds = elapsed
        outcome.load_busy, outcome.service_busy = load_cpu / elapsed, service_cpu / elapsed
    return outcomes


def _clocks(service: Service) -> tuple[float, float, float]:
    return time.perf_counter(), time.process_time(), service.cpu_seconds


class _Lane:
    """One connection with at most one request under way."""

    __slots__ = ("answer", "due", "interval", "outcome", "requests", "sent", "socket", "unsent")

    def __init__(self, port: int, traffic: Traffic, outcome: Outcome) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.requests = traffic.requests
        self.outcome = outcome
        self.interval = (
            None
            if traffic.interval_seconds is None
            else round(traffic.interval_seconds * NANOSECONDS)
        )
        self.due = 0
        self.sent = 0
        self.unsent: memoryview | None = None
        self.answer = bytearray()

    def begin(self, moment: int) -> bool:
        """Send the next request; whether there was one."""
        request = next(self.requests, None)
        if request is None:
            return False
        self.sent = moment
        self.push(memoryview(request))
        return True

    def push(self, data: memoryview) -> None:
        """Send as much as the socket takes now."""
        try:
            count = self.socket.send(data)
        except BlockingIOError:
            count = 0
        self.unsent = data[count:] if count < len(data) else None

    def take(self) -> bool:
        """Read what is there; whether the answer is whole."""
        chunk = self.socket.recv(ANSWER_BYTES)
        if not chunk:
            raise BenchError("the service hung up")
        self.answer += chunk
        if not _is_whole(self.answer):
            return False
        self.outcome.latencies_ns.append(time.perf_counter_ns() - self.sent)
        if self.answer[9:10] != b"2":
            raise BenchError(f"the service answered {bytes(self.answer[:600])!r}")
        self.outcome.last_answer = bytes(self.answer)
        self.answer.clear()
        return True


class _Loop:
    """Runs the lanes until their time is over and every answer is there."""

    def __init__(self, lanes: list[_Lane]) -> None:
        self._lanes = {lane.socket.fileno(): lane for lane in lanes}
        self._epoll = select.epoll()
        self._waiting: list[tuple[int, int]] = []
        self._under_way = 0

    def run(self, seconds: float) -> None:
        """Send, receive, and stop."""
        moment = time.perf_counter_ns()
        deadline = moment + round(seconds * NANOSECONDS)
        for number, lane in self._lanes.items():
            self._epoll.register(number, select.EPOLLIN)
            if lane.interval is None:
                self._begin(lane, moment)
            else:
                lane.due = moment + lane.interval
                heapq.heappush(self._waiting, (lane.due, number))
        while self._under_way or (self._waiting and moment < deadline):
            if moment > deadline + DRAIN_SECONDS * NANOSECONDS:
                raise BenchError("the service does not answer")
            self._serve(deadline)
            moment = time.perf_counter_ns()
            self._send_due(moment, deadline)
        self._epoll.close()

    def _serve(self, deadline: int) -> None:
        for number, events in self._epoll.poll(self._patience()):
            lane = self._lanes[number]
            if events & select.EPOLLOUT:
                self._push_on(lane)
            elif lane.take():
                self._under_way -= 1
                self._next(lane, deadline)

    def _next(self, lane: _Lane, deadline: int) -> None:
        moment = time.perf_counter_ns()
        if lane.interval is None:
            if moment < deadline:
                self._begin(lane, moment)
        elif lane.due + lane.interval < deadline:
            lane.due += lane.interval
            heapq.heappush(self._waiting, (lane.due, lane.socket.fileno()))

    def _send_due(self, moment: int, deadline: int) -> None:
        while self._waiting and self._waiting[0][0] <= moment < deadline:
            lane = self._lanes[heapq.heappop(self._waiting)[1]]
            self._begin(lane, lane.due)

    def _begin(self, lane: _Lane, moment: int) -> None:
        if not lane.begin(moment):
            return
        self._under_way += 1
        if lane.unsent is not None:
            self._epoll.modify(lane.socket.fileno(), select.EPOLLIN | select.EPOLLOUT)

    def _push_on(self, lane: _Lane) -> None:
        if lane.unsent is not None:
            lane.push(lane.unsent)
        if lane.unsent is None:
            self._epoll.modify(lane.socket.fileno(), select.EPOLLIN)

    def _patience(self) -> float:
        """Seconds until something is due."""
        if not self._waiting:
            return 1.0
        left = self._waiting[0][0] - time.perf_counter_ns()
        return min(1.0, max(0.0, left / NANOSECONDS))


def _is_whole(answer: bytearray) -> bool:
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = bytes(answer[:end]).lower() + b"\r"
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        length = int(head[at + 17 : head.index(b"\r", at + 2)])
        return len(answer) >= end + 4 + length
    return b"chunked" not in head or answer.endswith(b"0\r\n\r\n")


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Its pauses would be counted as the service's."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
