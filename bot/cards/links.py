"""Where a card leads: the panel that shows it, the runbook that says what to do."""

from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct

from bot.text import clip, discord, one_line

_URL_LIMIT = 500
_PATH_LIMIT = 100


class Look(Struct, frozen=True, kw_only=True):
    """What cards of alerts know of the house. Without an address they have no such link.

    `halting` are the alerts that are obeyed when they ask for a halt; None if that is no matter.
    """

    grafana_url: str | None = None
    runbook_base_url: str | None = None
    halting: Collection[str] | None = None


def links(annotations: Mapping[str, str], look: Look) -> Iterator[str]:
    """Lines: the links, and the runbook's path where nobody told what it is relative to."""
    panel = _address(annotations.get("panel", ""), look.grafana_url)
    path = one_line(annotations.get("runbook_url", ""))
    runbook = _address(path, look.runbook_base_url)
    found = [("📈 Panel", panel), ("📖 Runbook", runbook)]
    shown = [f"[{name}]({url})" for name, url in found if url]
    if shown:
        yield " · ".join(shown)
    if path and not runbook:
        yield f"📖 {discord(clip(path, _PATH_LIMIT))}"


def is_link(url: str) -> bool:
    """Whether a URL can be shown as it is: nothing in it that Discord would read as markdown."""
    return (
        url.startswith(("https://", "http://"))
        and len(url) <= _URL_LIMIT
        and url.isascii()
        and url.isprintable()
        and not any(character in " <>()[]`|*\\" for character in url)
    )


def _address(text: str, base: str | None) -> str | None:
    """A text as a whole URL, or None where it cannot be one."""
    is_whole = text.startswith(("https://", "http://"))
    url = text if is_whole or not (text and base) else f"{base.rstrip('/')}/{text.lstrip('/')}"
    return url if is_link(url) else None
