"""Batches that were taken in lately, so that one sent again changes nothing."""

import asyncio
from collections import OrderedDict

from arbwatch.answers import Receipt

KEPT = 1_000
MOST_REJECTIONS = 100

Work = Receipt | asyncio.Future[Receipt]


class RecentBatches:
    """The last batches by name, each with its receipt or the work that will give it.

    A batch that failed, or was mostly refused, is forgotten, and taken in anew when it is sent
    again. Facts outlive this: the ledger knows them by their own identity.
    """

    def __init__(self) -> None:
        self._works: OrderedDict[str, Work] = OrderedDict()

    def get(self, batch: str | None) -> Work | None:
        """What became of this batch, if it was seen."""
        return None if batch is None else self._works.get(batch)

    def put(self, batch: str, work: Work) -> None:
        """Remember what became of a batch, or the work on it."""
        if isinstance(work, Receipt) and len(work.rejected) > MOST_REJECTIONS:
            return
        self._works[batch] = work
        if not isinstance(work, Receipt):
            work.add_done_callback(lambda done: self._settle(batch, done))
        if len(self._works) > KEPT:
            self._works.popitem(last=False)

    def _settle(self, batch: str, work: asyncio.Future[Receipt]) -> None:
        if work.cancelled() or work.exception() is not None:
            self._works.pop(batch, None)
        elif self._works.pop(batch, None) is not None:
            self.put(batch, work.result())
