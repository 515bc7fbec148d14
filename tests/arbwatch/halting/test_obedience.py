"""What is done about an order, and what is said of it, one attempt at a time."""

import asyncio
from dataclasses import dataclass, field

import pytest

from arbwatch.control import Acknowledgement
from arbwatch.halting.obedience import OPEN_ORDERS_SECONDS, Obedience, OnControl
from tests.arbwatch.rows import halted, row


@dataclass
class Surroundings:
    """What an obedience has around it: a clock, a disk, an exporter that takes receipts."""

    now: float = 0.0
    was_asked: bool = False
    is_disk_well: bool = True
    is_exporter_there: bool = True
    steps: list[str] = field(default_factory=list)
    receipts: list[Acknowledgement] = field(default_factory=list)

    def obedience(self, on_control: OnControl | None) -> Obedience:
        """An engine's, in these surroundings."""
        return Obedience(
            "e",
            on_control=on_control,
            was_asked=lambda: self.was_asked,
            save=self._save,
            acknowledge=self._acknowledge,
            clock=lambda: self.now,
        )

    @property
    def told(self) -> list[tuple[int, int | None]]:
        """Number and open orders of each receipt."""
        return [(receipt.seq, receipt.open_orders) for receipt in self.receipts]

    def _save(self) -> bool:
        self.steps.append("save")
        return self.is_disk_well

    def _acknowledge(self, _venue: str, receipt: Acknowledgement) -> bool:
        self.steps.append("acknowledge")
        if self.is_exporter_there:
            self.receipts.append(receipt)
        return self.is_exporter_there


def returning(*counts: object, calls: list[tuple[str, bool]] | None = None) -> OnControl:
    """A callback that returns one after the other; an exception among them is raised."""
    waiting = list(counts)

    def on_control(venue: str, is_halted: bool) -> int:
        if calls is not None:
            calls.append((venue, is_halted))
        told = waiting.pop(0)
        if isinstance(told, BaseException):
            raise told
        return told  # type: ignore[return-value]

    return on_control


def test_a_halt_is_on_disk_before_it_is_acknowledged() -> None:
    """And it is carried out, saved and acknowledged once, however often it is heard."""
    around = Surroundings()
    calls: list[tuple[str, bool]] = []
    obedience = around.obedience(returning(0, calls=calls))

    assert obedience.carry_out(halted(5))
    assert obedience.carry_out(halted(5))

    assert calls == [("kalshi", True)]
    assert around.steps[:2] == ["save", "acknowledge"]
    assert around.told == [(5, 0)]


def test_where_nothing_was_ordered_nothing_is_acknowledged() -> None:
    """A venue that was never halted is only noted."""
    around = Surroundings()

    assert around.obedience(returning()).carry_out(row(0))

    assert around.steps == ["save"]


def test_a_halt_without_a_number_is_carried_out() -> None:
    """The exporter could not store it yet; it is in force."""
    around = Surroundings()
    calls: list[tuple[str, bool]] = []

    around.obedience(returning(0, calls=calls)).carry_out(halted(0))

    assert calls == [("kalshi", True)]


def test_open_orders_are_asked_for_until_there_are_none() -> None:
    """Each new count is acknowledged, an old one not again."""
    around = Surroundings()
    obedience = around.obedience(returning(3, 3, 1, 0))

    done = [obedience.carry_out(halted(5)) for _ in range(5)]

    assert done == [False, False, False, True, True]
    assert around.told == [(5, 3), (5, 1), (5, 0)]


def test_orders_that_stay_open_are_asked_for_a_minute() -> None:
    """Then they stay told as open."""
    around = Surroundings()
    calls: list[tuple[str, bool]] = []
    obedience = around.obedience(returning(2, 2, calls=calls))
    obedience.carry_out(halted(5))
    around.now = OPEN_ORDERS_SECONDS - 1
    assert not obedience.carry_out(halted(5))

    around.now = OPEN_ORDERS_SECONDS

    assert obedience.carry_out(halted(5))
    assert (len(calls), around.told) == (2, [(5, 2)])


def test_a_resume_asks_for_no_orders() -> None:
    """It is told once, whatever it returns."""
    around = Surroundings()

    assert around.obedience(returning(2)).carry_out(row(6))

    assert around.told == [(6, 2)]


@pytest.mark.parametrize("failure", [RuntimeError, SystemExit, asyncio.CancelledError])
def test_a_callback_that_raises_is_called_again(
    caplog: pytest.LogCaptureFixture, failure: type[BaseException]
) -> None:
    """Nothing is acknowledged before it returns; the log tells once, the disk knows at once."""
    around = Surroundings()
    obedience = around.obedience(returning(failure(), failure(), 0))

    done = [obedience.carry_out(halted(5)) for _ in range(3)]

    assert done == [False, False, True]
    assert (around.steps[0], around.told) == ("save", [(5, 0)])
    assert caplog.text.count("callback failed") == 1


@pytest.mark.parametrize(
    ("returned", "told"), [(None, None), (-1, None), ("2", None), (True, None), (10**30, 10**9)]
)
def test_a_count_that_is_none_is_told_as_unknown(returned: object, told: int | None) -> None:
    """It was carried out all the same; a number beyond all bounds is the largest there is."""
    around = Surroundings()

    around.obedience(returning(returned)).carry_out(halted(5))

    assert around.told == [(5, told)]


def test_an_acknowledgement_that_fails_is_sent_again_without_the_callback() -> None:
    """What was carried out is carried out."""
    around = Surroundings(is_exporter_there=False)
    calls: list[tuple[str, bool]] = []
    obedience = around.obedience(returning(0, calls=calls))

    assert not obedience.carry_out(halted(5))
    around.is_exporter_there = True
    assert obedience.carry_out(halted(5))

    assert (len(calls), around.told) == (1, [(5, 0)])


def test_a_disk_that_takes_nothing_stops_no_halt() -> None:
    """It is acknowledged, and saved later."""
    around = Surroundings(is_disk_well=False)
    obedience = around.obedience(returning(0))

    assert not obedience.carry_out(halted(5))
    assert around.told == [(5, 0)]

    around.is_disk_well = True
    assert obedience.carry_out(halted(5))
    assert around.told == [(5, 0)]


def test_an_engine_that_neither_listens_nor_asks_acknowledges_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It may well go on trading; one warning names what to do. Once it asks, it obeys."""
    around = Surroundings()
    obedience = around.obedience(None)

    assert not obedience.carry_out(halted(5)) and not obedience.carry_out(halted(5))
    assert around.told == []
    assert caplog.text.count("on_control()") == caplog.text.count("may_trade()") == 1

    around.was_asked = True
    assert obedience.carry_out(halted(5))
    assert around.told == [(5, None)]


def test_a_deaf_engine_says_nothing_while_nothing_is_halted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A resume asks nothing of it."""
    Surroundings().obedience(None).carry_out(row(6))

    assert caplog.records == []
