"""Discord's markup as HTML: what of it the bot sends, and how what is escaped looks."""

import html
import re
from datetime import UTC, datetime

_INLINE = re.compile(
    r"\\(?P<escaped>[^0-9A-Za-z\s])"
    r"|`(?P<code>[^`\n]+)`"
    r"|\*\*(?P<bold>.+?)\*\*"
    r"|~~(?P<struck>.+?)~~"
    r"|(?<![\w])_(?P<italic>[^_\n]+)_(?![\w])"
    r"|\[(?P<words>[^\]\n]+)\]\((?P<target>https?://[^)\s]+)\)"
    r"|<@&(?P<role>\d+)>"
    r"|<t:(?P<stamp>\d+)(?::(?P<style>\w))?>"
    r"|(?P<url>https?://[^\s<>]+)"
)
_LINES = (
    (re.compile(r"-# (.*)"), '<div class="small">{}</div>'),
    (re.compile(r"### (.*)"), "<h3>{}</h3>"),
    (re.compile(r"## (.*)"), "<h2>{}</h2>"),
    (re.compile(r"> (.*)"), "<blockquote>{}</blockquote>"),
    (re.compile(r"[-*] (.*)"), '<div class="item">{}</div>'),
)
_FORMATS = {"t": "%H:%M", "T": "%H:%M:%S", "d": "%d/%m/%Y", "f": "%d %B %Y %H:%M"}


def as_html(text: str, *, now: datetime) -> str:
    """A text as a reader sees it at a moment."""
    return "".join(_line(line, now) for line in text.split("\n"))


def _line(line: str, now: datetime) -> str:
    if not line.strip():
        return '<div class="gap"></div>'
    for pattern, shape in _LINES:
        if found := pattern.fullmatch(line):
            return shape.format(_inline(found[1], now))
    return f"<div>{_inline(line, now)}</div>"


def _inline(text: str, now: datetime) -> str:
    parts, end = [], 0
    for found in _INLINE.finditer(text):
        parts += [html.escape(text[end : found.start()]), _shape(found, now)]
        end = found.end()
    return "".join([*parts, html.escape(text[end:])])


def _shape(found: re.Match[str], now: datetime) -> str:
    kind = found.lastgroup
    inner = found[kind] if kind else ""
    match kind:
        case "bold":
            return f"<b>{_inline(inner, now)}</b>"
        case "struck":
            return f"<s>{_inline(inner, now)}</s>"
        case "italic":
            return f"<i>{_inline(inner, now)}</i>"
        case "code":
            return f"<code>{html.escape(inner)}</code>"
        case "target":
            return f"<a>{_inline(found['words'], now)}</a>"
        case "url":
            return f"<a>{html.escape(inner)}</a>"
        case "role":
            return '<span class="mention">@on-call</span>'
        case "stamp" | "style":
            moment = datetime.fromtimestamp(int(found["stamp"]), UTC)
            return f'<span class="stamp">{_moment(moment, found["style"] or "f", now)}</span>'
        case _:
            return html.escape(inner)


def _moment(moment: datetime, style: str, now: datetime) -> str:
    if style == "R":
        return _ago((now - moment).total_seconds())
    return moment.strftime(_FORMATS.get(style, _FORMATS["f"]))


def _ago(seconds: float) -> str:
    size = abs(seconds)
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        if size >= length:
            count = round(size / length)
            words = f"{count} {unit}{'s' * (count > 1)}"
            return f"{words} ago" if seconds >= 0 else f"in {words}"
    return "now"
