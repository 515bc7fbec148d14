"""Pricing of packages, confidence and expected slippage, worked by hand."""

from dataclasses import replace

import pytest

from arbwatch.demo.books import Book
from arbwatch.demo.fees import FEES_NOVEMBER_2025, fees_2026
from arbwatch.demo.pricing import Package, best_package, confidence, expected_slippage_cents
from tests.demo.runs import book, instant


def test_the_better_package_is_priced_after_both_fees() -> None:
    """YES at 28 plus NO at 70 leaves 2 cents; Kalshi takes 1.47, Polymarket 0.05 x 0.28 x 0.72."""
    books = instant(book(27, 28), book(30, 32))

    package = best_package(books, 100, fees=fees_2026("economics"))

    assert package is not None
    assert package.best_side == "yes_primary_no_hedge"
    assert package.fees_micros == 1_470_000 + 1_008_000
    assert package.net_edge_cents == pytest.approx(2 - 1.47 - 1.008)


def test_the_other_direction_buys_no_on_the_primary() -> None:
    """Kalshi is cheap: YES there at 28, NO on Polymarket at 70."""
    package = _best(book(30, 32), book(27, 28))

    assert package.best_side == "no_primary_yes_hedge"
    assert (package.polymarket.price_micros, package.kalshi.price_micros) == (700_000, 280_000)


def test_a_missing_ask_leaves_only_the_other_package() -> None:
    """Without Polymarket's ask its YES cannot be bought."""
    package = _best(book(30, None), book(27, 28))

    assert package.best_side == "no_primary_yes_hedge"


def test_books_that_offer_nothing_cannot_be_priced() -> None:
    """No quote, no edge."""
    empty = instant(book(None, None), book(27, 28))

    assert best_package(empty, 100, fees=FEES_NOVEMBER_2025) is None


def test_an_edge_of_exactly_the_threshold_clears_it() -> None:
    """YES at 67, NO at 31, fee 1.5: half a cent, to the last digit."""
    package = _best(book(66, 67), book(69, 70))

    assert package.net_edge_cents == 0.5
    assert package.clears(0.5)
    assert not package.clears(0.5001)


def test_confidence_is_depth_times_agreement_times_freshness() -> None:
    """900 against an order of 100, mids 3 cents apart, fresh; then half of it at 2 seconds old."""
    books = instant(book(27, 28), book(30, 31))
    package = _best(books.polymarket, books.kalshi)

    fresh = confidence(books, package)
    stale = confidence(replace(books, age_seconds=2.0), package)

    assert fresh == pytest.approx(0.9 * (1 - 3 / 20))
    assert stale == pytest.approx(fresh / 2, abs=1e-4)


def test_confidence_is_nothing_when_the_venues_disagree_wholly() -> None:
    """Never below 0, whatever the distance."""
    books = instant(book(10, 11), book(60, 61))

    assert confidence(books, _best(books.polymarket, books.kalshi)) == 0


def test_expected_slippage_counts_what_the_touch_cannot_fill() -> None:
    """A touch of 50 for 100 contracts: half pays a tick, the other half risks a third of a tick."""
    thin = _best(book(27, 28, ask_size=50), book(30, 31, bid_size=1e9))
    deep = _best(book(27, 28, ask_size=1e9), book(30, 31, bid_size=1e9))

    assert expected_slippage_cents(thin) == pytest.approx(0.5 + 0.5 * (2 / 3) / 2, abs=1e-4)
    assert expected_slippage_cents(deep) == pytest.approx(0, abs=1e-4)


def _best(polymarket: Book, kalshi: Book) -> Package:
    package = best_package(instant(polymarket, kalshi), 100, fees=FEES_NOVEMBER_2025)
    assert package is not None
    return package
