"""Which notices are wanted: /notify and /mute."""

from collections.abc import Sequence
from datetime import datetime

from bot.commands.answer import Answer, Context
from bot.commands.wording import instant, plain_name, who
from bot.errors import BotDown, BotRefused
from bot.facts import KINDS, Kind
from bot.preferences import (
    DEFAULT_MUTE,
    MODES,
    Mode,
    Preference,
    Preferences,
    Wish,
    parse_kinds,
    parse_time,
    preference_of,
)

ALL_KINDS = "all"
_NO_NOTICES = ("alert", "alerts")
_TAKES = f"{', '.join(KINDS)} or {ALL_KINDS}"
_ALERTS = (
    "⛔ Not done: alerts cannot be muted. /mute never hides critical alerts;"
    " one that you know about takes Ack or Silence below its card."
)
_ALERTS_STAY = "Alerts are always told: /mute hides none."
_MODES: dict[Mode, str] = {"on": "🔔 on", "silent": "🔉 silent", "off": "🔕 off"}


async def notify(context: Context, words: Sequence[str]) -> Answer:
    """Show what is wanted, or switch a kind on, silent or off."""
    if len(words) < 2:
        return await _answer(context, None, KINDS)
    kind, wanted, *more = (word.lower() for word in words)
    if kind in _NO_NOTICES:
        return Answer(_ALERTS, "refused")
    kinds = parse_kinds(kind)
    mode = next((mode for mode in MODES if mode == wanted), None)
    if not kinds or mode is None or more:
        return Answer(f"/notify takes {_TAKES}, then on, silent or off.", "refused")
    wish = Wish(kinds=kinds, mode=mode, by=plain_name(context.caller.actor))
    return await _answer(context, wish, kinds)


async def mute(context: Context, words: Sequence[str]) -> Answer:
    """Show no notices of a kind for a while."""
    kind, wanted, *more = (*(word.lower() for word in words), "", "")[: max(len(words), 2)]
    if kind in _NO_NOTICES:
        return Answer(_ALERTS, "refused")
    kinds = parse_kinds(kind)
    time = parse_time(wanted) if wanted else DEFAULT_MUTE
    if not kinds or time is None or more:
        return Answer(
            f"/mute takes {_TAKES}, then a time like 30m, 2h or 1d, 7d at most.", "refused"
        )
    wish = Wish(kinds=kinds, mute=time, by=plain_name(context.caller.actor))
    return await _answer(context, wish, kinds)


async def _answer(context: Context, wish: Wish | None, kinds: Sequence[Kind]) -> Answer:
    notices = context.notices
    if notices is None:
        return Answer("⚠️ There is no bot to ask here.", "unavailable")
    try:
        found = await (notices.preferences() if wish is None else notices.prefer(wish))
    except BotRefused as refused:
        return Answer(f"⛔ Not done: {refused}.", "refused")
    except BotDown:
        unknown = "" if wish is None else " Whether it was done is not known."
        return Answer(f"⚠️ The bot does not answer.{unknown} Try again soon.", "unavailable")
    return Answer(_list(found, kinds, context))


def _list(preferences: Preferences, kinds: Sequence[Kind], context: Context) -> str:
    now = context.now()
    lines = [f"{kind}: {_state(preference_of(preferences, kind), now, context)}" for kind in kinds]
    return "\n".join(["📣 Notices", *lines, _ALERTS_STAY])


def _state(preference: Preference, now: datetime, context: Context) -> str:
    by = f", by {who(preference.by, context.escape)}" if preference.by else ""
    if preference.muted_until is None or not preference.is_muted(now):
        return f"{_MODES[preference.mode]}{by}"
    until = instant(preference.muted_until, context)
    if preference.mode == "off":
        return f"{_MODES['off']}, also after {until}{by}"
    then = "" if preference.mode == "on" else f", then {preference.mode}"
    return f"🔕 muted until {until}{then}{by}"
