"""A TCP relay that cuts the connection after chosen numbers of bytes, in whichever direction."""

import socket
import threading
from types import TracebackType
from typing import Self


class CuttingRelay:
    """Relays to `port` of loopback. Each number of `cuts` is a count of bytes since the last cut.

    What comes before the chosen byte arrives; the rest is lost, and both ends see the line go.
    Once all cuts are made, it relays everything.
    """

    def __init__(self, port: int, cuts: list[int]) -> None:
        self._target = ("127.0.0.1", port)
        self._cuts = list(cuts)
        self._lock = threading.Lock()
        self._passed = 0
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept)
        self._pumps: list[threading.Thread] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def cuts_left(self) -> int:
        """How many cuts are still to come."""
        return len(self._cuts)

    @property
    def connections(self) -> int:
        """How many were opened so far."""
        return len(self._pairs)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for pair in self._pairs:
            _hang_up(pair)
        for pump in self._pumps:
            pump.join()
        for pair in self._pairs:
            for side in pair:
                side.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            pair = (client, socket.create_connection(self._target))
            self._pairs.append(pair)
            for source, sink in (pair, pair[::-1]):
                pump = threading.Thread(target=self._pump, args=(source, sink, pair))
                self._pumps.append(pump)
                pump.start()

    def _pump(
        self, source: socket.socket, sink: socket.socket, pair: tuple[socket.socket, socket.socket]
    ) -> None:
        try:
            while data := source.recv(65536):
                allowed = self._allow(len(data))
                sink.sendall(data[:allowed])
                if allowed < len(data):
                    break
        except OSError:
            pass
        _hang_up(pair)

    def _allow(self, size: int) -> int:
        """How many of these bytes may pass; fewer than given means that this is a cut."""
        with self._lock:
            if not self._cuts or self._passed + size <= self._cuts[0]:
                self._passed += size
                return size
            allowed = self._cuts.pop(0) - self._passed
            self._passed = 0
            return allowed


def _hang_up(pair: tuple[socket.socket, socket.socket]) -> None:
    for side in pair:
        try:
            side.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue
