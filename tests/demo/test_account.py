"""What the demo holds and the limits it keeps by itself."""

from arbwatch.demo.account import IGNORED, Account, OwnLimits, leg_notionals
from arbwatch.demo.fees import FEES_NOVEMBER_2025
from arbwatch.demo.market import Pair
from arbwatch.demo.pricing import Package, best_package
from arbwatch.events import ExposureRow
from tests.demo.runs import START, book, instant, pair


def test_a_snapshot_sums_what_is_held_by_venue_and_category() -> None:
    """Two fills of 100 contracts: 28 cents each on Polymarket, 70 on Kalshi."""
    account = Account()
    for name in ("a", "b"):
        _book(account, pair(name))

    snapshot = account.exposure(timestamp=START)

    assert snapshot.rows == [
        _row("kalshi", 140.0, 2, largest=70.0),
        _row("polymarket", 56.0, 2, largest=28.0),
    ]
    assert snapshot.num_pairs == 2


def test_the_largest_contract_is_that_of_the_pair_with_most_in_it() -> None:
    """Two orders of one pair are in the same contract; a pair is counted once."""
    account = Account()
    for name in ("a", "b", "b"):
        _book(account, pair(name))

    snapshot = account.exposure(timestamp=START)

    assert [row.largest_contract_usd for row in snapshot.rows] == [140.0, 56.0]
    assert snapshot.num_pairs == 2


def test_an_engine_that_ignores_its_limits_has_always_room() -> None:
    """But for the number of orders of one pair."""
    account, traded = Account(limits=IGNORED), pair(max_positions=100)
    for number in range(99):
        _book(account, traded)
        _book(account, pair(f"p{number}"))

    assert account.has_room(traded, _package())


def test_positions_are_let_go_after_their_time() -> None:
    """Held until the second, then gone from the snapshot."""
    account = Account()
    _book(account, pair(), until=60.0)

    account.release(60.0)

    assert account.exposure(timestamp=START).rows == []


def test_a_leg_that_never_filled_is_not_exposure() -> None:
    """Only Polymarket's leg is held."""
    account = Account()

    account.book(
        pair(),
        until=60.0,
        notional_micros={"polymarket": 28_000_000, "kalshi": 0},
        day=START.date(),
        pnl=-5,
    )

    assert account.exposure(timestamp=START).rows == [_row("polymarket", 28.0, 1, largest=28.0)]


def test_one_contract_stays_within_250_usd() -> None:
    """70 USD on Kalshi a fill: three fit, a fourth does not."""
    account, traded = Account(), pair(max_positions=9)

    room = []
    for _ in range(4):
        room.append(account.has_room(traded, _package()))
        _book(account, traded)

    assert room == [True, True, True, False]


def test_one_venue_stays_within_its_limit() -> None:
    """Other pairs count too."""
    account = Account(limits=OwnLimits(venue_usd=130.0))

    _book(account, pair("a"))

    assert not account.has_room(pair("b"), _package())


def test_pnl_is_kept_by_day() -> None:
    """Micro-dollars in, dollars out; a day without fills earned nothing."""
    account = Account()

    _book(account, pair(), pnl=-1_500_000)

    assert account.day_pnl_usd(START.date()) == -1.5
    assert account.day_pnl_usd(START.date().replace(day=2)) == 0


def _book(account: Account, traded: Pair, *, until: float = 60.0, pnl: int = 0) -> None:
    legs = leg_notionals(_package())
    account.book(traded, until=until, notional_micros=legs, day=START.date(), pnl=pnl)


def _package() -> Package:
    books = instant(book(26, 28), book(30, 32))
    package = best_package(books, 100, fees=FEES_NOVEMBER_2025)
    assert package is not None
    return package


def _row(venue: str, usd: float, positions: int, *, largest: float) -> ExposureRow:
    return ExposureRow(
        venue=venue,
        category="economics",
        total_notional_usd=usd,
        num_positions=positions,
        largest_contract_usd=largest,
    )
