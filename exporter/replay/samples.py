"""The exposition at a moment of the past, as the samples that Prometheus would have stored."""

import re
from collections.abc import Iterator

from exporter.metrics.exposition import Exposition

OPENMETRICS = "application/openmetrics-text"
# A line of the exposition: name, labels, value; an exemplar after it is left out, since blocks
# hold none.
_SAMPLE = re.compile(rb'(\w+)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? (\S+)')
_FAMILY = re.compile(rb"# \w+ (\w+)")

# What the exporter tells of itself would here be told of the replay.
OF_ITSELF = (
    "arb_exporter_commit",
    "arb_exporter_stream",
    "arb_exporter_denied",
    "arb_exporter_token",
    "arb_exporter_limits",
    "arb_exporter_unstored",
    "arb_exporter_results",
)
# What comes from measurements or was refused, of which a ledger keeps nothing. Absent is not 0.
MEASURED = (
    "arb_edge",
    "arb_live_edge",
    "arb_fill_expected_slippage",
    "arb_exporter_edge",
    "arb_exporter_events",
    "arb_exporter_rejected",
    "arb_exporter_fill",
    "arb_feed",
    "arb_frozen",
    "arb_book",
    "arb_venue_requests",
    "arb_exposure",
    "arb_engine",
)


class Samples:
    """Writes one scrape after the other, each sample with the target's labels and its time."""

    def __init__(self, exposition: Exposition, *, instance: str, without: tuple[str, ...]) -> None:
        self._exposition = exposition
        self._target = f'job="exporter",instance="{instance}"'.encode()
        self._without = tuple(prefix.encode() for prefix in without)
        # Most families are between two scrapes as they were: by name, as exposed and as written.
        self._known: dict[bytes, tuple[bytes, bytes]] = {}

    def scrape(self, at: int) -> bytes:
        """All samples of this second."""
        up = b"up{%s} 1\n" % self._target
        text = b"".join((up, *self._families()))
        return text.replace(b"\n", b" %d\n" % at)

    def _families(self) -> Iterator[bytes]:
        chunks, _ = self._exposition.encode(OPENMETRICS)
        for chunk in chunks:
            family = _FAMILY.match(chunk)
            if family is None or family[1].startswith(self._without):
                continue
            exposed, written = self._known.get(family[1], (b"", b""))
            if exposed != chunk:
                written = b"".join(self._lines(chunk))
                self._known[family[1]] = chunk, written
            yield written

    def _lines(self, chunk: bytes) -> Iterator[bytes]:
        for line in chunk.splitlines():
            sample = _SAMPLE.match(line)
            # When a counter was made is a time of the replay.
            if sample is not None and not sample[1].endswith(b"_created"):
                labels = b"," + sample[2] if sample[2] else b""
                yield b"%s{%s%s} %s\n" % (sample[1], self._target, labels, sample[3])
