"""Foreign text is shown as it is, and cut where it must be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text import clip, discord, join, length, one_line, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bold** `code`", r"\*\*bold\*\* \`code\`"),
        ("[win](https://evil.example) [a](b)", r"\[win\](https://evil.example) \[a\](b)"),
        ("<@123> <#4> <t:0>", r"\<@123> \<#4> \<t:0>"),
        ("@everyone and @HERE", "@\u200beveryone and @\u200bHERE"),
        ("_a_ __init__", r"\_a\_ \_\_init\_\_"),
        ("# title\n> quote\n- item\n1. one", "\\# title\n\\> quote\n\\- item\n1\\. one"),
        ("3.2% lost\n-5 cents\n#1", "3.2% lost\n-5 cents\n#1"),
        ("||spoiler|| ~~x~~", r"\|\|spoiler\|\| \~\~x\~\~"),
    ],
)
def test_markdown_is_shown_as_text(text: str, shown: str) -> None:
    """What Discord would format, hide or link is escaped."""
    assert discord(text) == shown


@pytest.mark.parametrize("name", ["daily_loss", "execution_timeout", "pm-0x1234:kalshi-ABC"])
def test_plain_names_stay_readable(name: str) -> None:
    """An underscore inside a word does nothing in Discord, so it needs no escape."""
    assert discord(name) == name


def test_marks_that_nobody_sees_are_removed() -> None:
    """Bidi marks, terminal escapes, NUL and lone surrogates cannot disguise a text."""
    text = "pay\u202egpj.exe\u2066 \x1b[31mred\x00\ud800"

    assert plain(text) == "paygpj.exe [31mred"


def test_one_line_joins_lines() -> None:
    """Line breaks of every kind become spaces."""
    assert one_line("a\r\nb\u2028c\n\n d") == "a b c d"


def test_a_cut_text_says_how_much_is_missing() -> None:
    """The note and the kept part add up."""
    cut = clip("x" * 5000, 100)

    kept = cut.count("x")
    assert cut == "x" * kept + f"… and {5000 - kept:,} more characters"


def test_a_cut_never_ends_in_half_an_escape() -> None:
    """A backslash before the note would swallow its first character."""
    for limit in range(60, 70):
        cut = clip(r"\*" * 100, limit)

        head, _, _ = cut.partition("…")
        assert head == r"\*" * (len(head) // 2)


@settings(deadline=None)
@given(st.text(), st.integers(min_value=60, max_value=200))
def test_a_cut_text_fits(text: str, limit: int) -> None:
    """Whatever the text, also where Discord counts a character twice."""
    assert length(clip(discord(text * 20), limit)) <= limit


def test_a_long_list_counts_what_it_leaves_out() -> None:
    """The shown rows and the note add up to all rows."""
    rows = [f"row {number}" for number in range(1000)]

    shown = join("Rows", rows, limit=200)

    count = shown.count("row ")
    assert length(shown) <= 200
    assert shown.endswith(f"… and {1000 - count} more")


def test_a_list_that_fits_has_no_note() -> None:
    """Nothing is said to be missing when nothing is."""
    assert join("Rows", ["a", "b"], limit=8) == "Rows\na\nb"
