"""The recording as shipped, and when books changed."""

from datetime import datetime, timedelta
from importlib.resources import files

from arbwatch.demo.books import BookTimes, load_recording
from tests.demo.runs import START, book, instant


def test_the_recording_has_all_instants_in_order() -> None:
    """1,006 instants, oldest first, over 20.9 days."""
    recording = load_recording()

    times = [recorded.timestamp for recorded in recording]
    assert len(times) == 1006
    assert times == sorted(set(times))
    assert times[0].isoformat() == "2025-11-16T06:01:20.028000+00:00"
    assert times[-1].isoformat() == "2025-12-07T04:30:42.763000+00:00"


def test_prices_and_sizes_are_as_recorded() -> None:
    """The first instant, read by eye from the file."""
    first = load_recording()[0].instant

    assert (first.kalshi.bid_micros, first.kalshi.ask_micros) == (500_000, 520_000)
    assert (first.kalshi.bid_size, first.kalshi.ask_size) == (4024.0, 26176.0)
    assert (first.polymarket.bid_micros, first.polymarket.ask_micros) == (500_000, 510_000)


def test_one_polymarket_instant_has_no_ask() -> None:
    """An empty side stays empty; no price is made up for it."""
    recording = load_recording()

    books = [book for r in recording for book in (r.instant.polymarket, r.instant.kalshi)]
    one_sided = [book for book in books if None in (book.bid_micros, book.ask_micros)]
    assert [(book.ask_micros, book.ask_size) for book in one_sided] == [(None, 0.0)]


def test_the_data_ships_with_its_licence_and_provenance() -> None:
    """Credit travels with the recording."""
    data = files("arbwatch.demo").joinpath("data")

    licence = data.joinpath("LICENSE.neo-journalism.txt").read_text()
    assert "Copyright (c) 2025 ifesi onubogu" in licence
    assert "neo-journalism" in data.joinpath("PROVENANCE.md").read_text()


def test_a_book_changed_when_it_last_differed() -> None:
    """Price or size; each venue and each pair for itself; first seen is changed."""
    times, at = BookTimes(), [START + timedelta(seconds=second) for second in range(4)]
    calm, moved, thinner = book(26, 28), book(26, 29), book(26, 28, ask_size=5)
    for now, polymarket, kalshi in ((at[0], calm, calm), (at[1], moved, calm)):
        times.of("p", instant(polymarket, kalshi), now=now)

    assert times.of("p", instant(moved, calm), now=at[2]) == _changed(at[1], at[0])
    assert times.of("p", instant(moved, thinner), now=at[3]) == _changed(at[1], at[3])
    assert times.of("q", instant(moved, thinner), now=at[3]) == _changed(at[3], at[3])


def _changed(polymarket: datetime, kalshi: datetime) -> dict[str, datetime]:
    return {"polymarket": polymarket, "kalshi": kalshi}
