"""The trader: what it fills, what stops it, how it obeys a halt."""

from dataclasses import dataclass, field, replace

from arbwatch.demo.books import Instant
from arbwatch.demo.desk import Desk, Style
from arbwatch.demo.market import Pair, Tick
from arbwatch.events import Edge, Event, Fill
from tests.demo.runs import START, book, instant, of, pair

PAIR = pair()
# YES at 28, NO at 70, fee 1.47: 0.53 cents; then 0.33 and -0.47.
CLEARS = instant(book(26, 28), book(30, 32))
NEARLY = instant(book(26, 28.2), book(30, 32))
NOTHING = instant(book(26, 29), book(30, 32))


@dataclass
class Permission:
    """What the exporter allows, changed by hand."""

    halted: set[str] = field(default_factory=set)

    def may_trade(self, venue: str) -> bool:
        """Whether the venue runs."""
        return venue not in self.halted


def test_an_edge_that_clears_the_threshold_is_filled() -> None:
    """The edge is pushed first, then the fill."""
    events = _tick(_desk(), CLEARS)

    assert [type(event) for event in events] == [Edge, Fill]


def test_a_fill_tells_when_it_was_ordered() -> None:
    """When it was decided: so an entry after a halt is told from one before it."""
    (fill,) = of(Fill, _tick(_desk(), CLEARS))

    assert fill.ordered_at == START


def test_a_smaller_edge_is_pushed_but_not_filled() -> None:
    """Half a cent is the threshold."""
    assert [type(event) for event in _tick(_desk(), NEARLY)] == [Edge]


def test_books_without_quotes_push_nothing() -> None:
    """There is no edge to tell of."""
    assert _tick(_desk(), instant(book(None, None), book(30, 32))) == []


def test_fill_ids_carry_the_run_and_count_up() -> None:
    """Unique in a run by number, and over runs by label."""
    desk = _desk()

    fills = of(Fill, [event for at in (0, 100) for event in _tick(desk, CLEARS, at=at)])

    assert [fill.fill_id for fill in fills] == ["run-p-00001", "run-p-00002"]


def test_a_halt_of_either_venue_stops_fills_while_edges_go_on() -> None:
    """A pair needs both venues; the engine watches still."""
    for venue in ("polymarket", "kalshi"):
        desk = _desk(Permission({venue}))

        assert [type(event) for event in _tick(desk, CLEARS)] == [Edge]


def test_fills_come_back_after_a_resume() -> None:
    """The next tick that clears is filled."""
    permission = Permission({"kalshi"})
    desk = _desk(permission)
    _tick(desk, CLEARS, at=0)

    permission.halted.clear()

    assert of(Fill, _tick(desk, CLEARS, at=1))


def test_a_halt_cancels_resting_orders_and_counts_what_is_left() -> None:
    """An order near the threshold rests on Kalshi; cancelled, none is open."""
    desk = _desk()
    _tick(desk, NEARLY)
    assert desk.orders.open_on("kalshi") == 1

    assert desk.on_control("kalshi", True) == 0

    assert desk.orders.open_on("kalshi") == 0


def test_an_order_that_cannot_be_cancelled_is_told_as_open() -> None:
    """With Kalshi out of reach the order stays, and the acknowledgement says so."""
    desk = _desk()
    desk.reachable = lambda venue: venue != "kalshi"
    _tick(desk, NEARLY)

    assert desk.on_control("kalshi", True) == 1


def test_a_halt_of_the_other_venue_cancels_too_but_counts_its_own() -> None:
    """The order on Kalshi needs Polymarket for its hedge."""
    desk = _desk()
    _tick(desk, NEARLY)

    assert desk.on_control("polymarket", True) == 0
    assert desk.orders.open_on("kalshi") == 0


def test_a_halted_desk_rests_no_orders() -> None:
    """Nothing new is opened, not even by waiting."""
    desk = _desk(Permission({"polymarket"}))

    _tick(desk, NEARLY)

    assert desk.orders.open_on("kalshi") == 0


def test_a_resting_order_goes_when_the_edge_does() -> None:
    """Far from the threshold there is nothing to wait for."""
    desk = _desk()
    _tick(desk, NEARLY, at=0)

    _tick(desk, NOTHING, at=1)

    assert desk.orders.open_on("kalshi") == 0


def test_halt_and_resume_are_said_once_each() -> None:
    """One line each, however often the state is told; none for a venue that never stopped."""
    said: list[str] = []
    desk = _desk(said=said)

    for halted in (False, True, True, False, False):
        desk.on_control("kalshi", halted)

    assert said == [
        "halt: kalshi: no new fills, 0 orders still open",
        "resume: kalshi: trading again",
    ]


def test_a_pair_holds_no_more_positions_than_it_may() -> None:
    """The second fill waits until the first position is let go."""
    desk = _desk()

    filled = [bool(of(Fill, _tick(desk, CLEARS, at=at))) for at in (0, 30, 59.9, 60)]

    assert filled == [True, False, False, True]


def test_eight_pairs_at_once_and_one_place_is_the_recorded_pairs() -> None:
    """Seven simulated pairs fill, the eighth waits, the recorded one does not."""
    desk = _desk()

    simulated = [bool(of(Fill, _tick(desk, CLEARS, of_pair=pair(f"p{n}")))) for n in range(8)]
    recorded = of(Fill, _tick(desk, CLEARS, of_pair=replace(PAIR, is_recorded=True)))

    assert simulated == [True] * 7 + [False]
    assert recorded


def _desk(permission: Permission | None = None, *, said: list[str] | None = None) -> Desk:
    style = Style(threshold_cents=0.5, run="run", seed="seed")
    allowed = permission or Permission()
    lines: list[str] = [] if said is None else said
    return Desk(style, allowed.may_trade, lines.append)


def _tick(desk: Desk, books: Instant, *, at: float = 0, of_pair: Pair = PAIR) -> list[Event]:
    return desk.on_tick(Tick(at, of_pair, books), now=START)
