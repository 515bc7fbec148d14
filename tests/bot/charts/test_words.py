"""Foreign text on a picture is plain, of known signs, and no longer than its room."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.charts.words import drawable, fit, width

PAIR = f"pm-0x{'5f65177b' * 8}:kalshi-KXBTC-25DEC31"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Will $BTC hit $100k?", "Will $BTC hit $100k?"),
        (r"\frac{1}{2} $\alpha$", r"\frac{1}{2} $\alpha$"),
        ("to the moon 🚀🇺🇸!", "to the moon !"),
        ("中文 title", "□ title"),
        ("a\x00b\u202ec\nd\x1b[31m", "abc d[31m"),
        ("Élection présidentielle – не так", "Élection présidentielle – не так"),
    ],
)
def test_text_is_drawn_as_it_is(text: str, shown: str) -> None:
    """No mathematics, no control signs; what the font lacks is a box or, for emoji, left out."""
    assert drawable(text) == shown


def test_both_ends_of_an_id_stay() -> None:
    """The venue's own id stands at the end."""
    shown = fit(PAIR, within=600, size=32)

    assert shown.startswith("pm-0x5f65")
    assert shown.endswith("25DEC31")
    assert "…" in shown


def test_a_short_text_is_not_cut() -> None:
    """Nothing to leave out."""
    assert fit("pm-1:k-2", within=600, size=32) == "pm-1:k-2"


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_fits(text: str) -> None:
    """Wide signs are measured, not counted."""
    assert width(fit(text * 3, within=300, size=32, bold=True), size=32, bold=True) <= 300
