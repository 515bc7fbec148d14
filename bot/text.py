"""Makes foreign text safe to show and short enough: pure functions over strings."""

import re
from collections.abc import Callable, Sequence

Escape = Callable[[str], str]

# Marks that reorder what a reader sees (Unicode TR9), so that `gpj.exe` reads `exe.jpg`.
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f{_BIDI}\ud800-\udfff]")
_LINE_BREAKS = re.compile("\r\n?|[\u2028\u2029\x85\x0b\x0c]")

# An underscore between two letters or digits never starts or ends emphasis in Discord, and stays
# as it is so that names such as daily_loss read well. Discord's word boundary is ASCII.
_MARKDOWN = re.compile(r"[\\*~`|\[\]<]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
# Headings, quotes and list items: only at the start of a line, and only before a space.
_LINE_START = re.compile(r"^[ \t]*(?:\d+(?=\.\s)|(?=(?:#{1,3}|-#|>>>|[>+-])\s))", re.MULTILINE)
# Discord shows a character behind a backslash as it is, unless it is a letter, digit or space.
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_MENTION = re.compile(r"@(?=everyone|here)", re.IGNORECASE)


def plain(text: str) -> str:
    """Text for a terminal or a log: without control characters and marks that reorder it."""
    return _UNSEEN.sub("", _LINE_BREAKS.sub("\n", text))


def one_line(text: str) -> str:
    """The same on one line."""
    return " ".join(plain(text).split())


def discord(text: str) -> str:
    """Text that Discord shows as it is: no markdown, no links behind words, no mentions."""
    text = _MARKDOWN.sub(lambda found: "\\" + found.group(), plain(text))
    text = _LINE_START.sub(lambda found: found.group() + "\\", text)
    return _MENTION.sub("@\u200b", text)


def unescaped(text: str) -> str:
    """What Discord shows of a text that `discord` made; for where nothing is read as markdown."""
    return _ESCAPED.sub(r"\1", text).replace("@\u200b", "@")


def length(text: str) -> int:
    """Length in UTF-16 units, the strictest way in which Discord may count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clip(text: str, limit: int) -> str:
    """Cut a text to `limit` UTF-16 units, saying how much is missing."""
    if length(text) <= limit:
        return text
    total = len(text)
    # The longest form of the note; what is really cut can only make it shorter.
    kept = _head(text, limit - length(_more(total, "characters")))
    # A backslash left at the end would escape our own note.
    kept = re.sub(r"\\+\Z", lambda found: "\\" * (len(found.group()) // 2 * 2), kept)
    return kept + _more(total - len(kept), "characters")


def shorten(text: str, limit: int) -> str:
    """Cut a text to `limit` UTF-16 units, for a line too short to say how much is missing."""
    return text if length(text) <= limit else f"{_head(text, limit - 1).rstrip()}…"


def join(header: str, items: Sequence[str], *, limit: int) -> str:
    """A header and as many items as fit, one below the other, with a visible count of the rest."""
    whole = "\n".join([header, *items])
    if length(whole) <= limit:
        return whole
    shown = header
    for index, item in enumerate(items):
        rest = len(items) - index - 1
        reserve = length(f"\n… and {rest:,} more") if rest else 0
        if length(shown) + 1 + length(item) + reserve > limit:
            return f"{shown}\n… and {rest + 1:,} more"
        shown = f"{shown}\n{item}"
    return shown


def _more(count: int, what: str) -> str:
    return f"… and {count:,} more {what}"


def _head(text: str, limit: int) -> str:
    units = text.encode("utf-16-le", "surrogatepass")
    # A pair of units cut in half is left out.
    return units[: max(limit, 0) * 2].decode("utf-16-le", "ignore")
