"""The resume: shows what it would end and what speaks against it, and ends exactly that."""

from collections.abc import Sequence

from arbwatch.control import ALL_VENUES, Halt, HaltState, ResumeOrder, VenueControl
from bot.commands.answer import ANSWER_LIMIT, Answer, Context, Resumption
from bot.commands.reasons import reasons_against
from bot.commands.wording import actor, halt_line, of_scope, open_halts, venue_name, who
from bot.errors import ExporterDown
from bot.text import join, length


async def question(context: Context, scope: str) -> Answer:
    """Show what a resume would end, and ask; a plain answer where there is nothing to end."""
    try:
        venues = await context.api.venues()
    except ExporterDown:
        return _away(context, scope)
    found = _find(context, venues, scope)
    if isinstance(found, Answer):
        return found
    against = await reasons_against(context, of_scope(venues, scope))
    name = venue_name(scope, context.escape)
    lines = [_line(context, halt) for halt in found.halts]
    head = join(f"Resume {name}? This ends:", lines, limit=ANSWER_LIMIT // 2)
    text = join(f"{head}\n{against[0]}", against[1:], limit=ANSWER_LIMIT - 200)
    return Answer(text, "asked", resumption=found, button=f"Resume {name}")


async def resume(context: Context, scope: str) -> Answer:
    """End the open halts of a scope that can be seen now, and no later ones."""
    try:
        found = _find(context, await context.api.venues(), scope)
    except ExporterDown:
        return _away(context, scope)
    return found if isinstance(found, Answer) else await carry_out(context, found)


async def carry_out(context: Context, resumption: Resumption) -> Answer:
    """End exactly the halts that were shown."""
    scope = resumption.scope
    name = venue_name(scope, context.escape)
    try:
        before = {halt.halt_id for halt in open_halts(await context.api.venues())}
    except ExporterDown:
        return _away(context, scope)
    ended = [halt for halt in resumption.halts if halt.halt_id in before]
    order = ResumeOrder(
        reason="resumed by command",
        actor=actor(context.caller.actor),
        via=context.caller.via,
        halt_ids=[halt.halt_id for halt in resumption.halts],
    )
    try:
        after = await context.api.resume(scope, order)
    except ExporterDown:
        text = f"⚠️ Whether {name} was resumed is not known: the exporter does not answer."
        return Answer(f"{text}\nTake it for halted until /venues says that it runs.", "unavailable")
    return _resumed(context, after, ended, name)


def _away(context: Context, scope: str) -> Answer:
    name = venue_name(scope, context.escape)
    text = f"⚠️ {name} was not resumed: the exporter does not answer."
    return Answer(f"{text}\nType /resume again once it does.", "unavailable")


def _find(context: Context, known: Sequence[VenueControl], scope: str) -> Resumption | Answer:
    """The halts of this very scope, or what to say where it has none."""
    venues = of_scope(known, scope)
    own = tuple(halt for halt in open_halts(venues) if halt.scope == scope)
    name = venue_name(scope, context.escape)
    if own:
        return Resumption(scope=scope, halts=own)
    if not venues:
        names = ", ".join(context.escape(venue.venue) for venue in known)
        return Answer(f"⚠️ There is no venue {name}, but: {names}, {ALL_VENUES}.", "refused")
    if all(control.state is HaltState.RUNNING for control in venues):
        are = "are" if scope == ALL_VENUES else "is"
        return Answer(f"▶️ {name} {are} already running.")
    return _still_halted(context, venues, [])


def _resumed(
    context: Context, after: Sequence[VenueControl], ended: Sequence[Halt], name: str
) -> Answer:
    """What became of a resume; what still halts is named, and what would end it."""
    done = _done(context, ended)
    if any(control.state is not HaltState.RUNNING for control in after):
        return _still_halted(context, after, done)
    if not ended:
        return Answer(f"▶️ {name} runs: somebody resumed it before. /audit shows who.")
    return Answer(join(f"▶️ Trading resumed on {name}", done, limit=ANSWER_LIMIT))


def _still_halted(context: Context, venues: Sequence[VenueControl], done: Sequence[str]) -> Answer:
    halted = [control for control in venues if control.state is not HaltState.RUNNING]
    left = open_halts(halted)
    names = ", ".join(venue_name(control.venue, context.escape) for control in halted)
    head = f"⚠️ {names} {'stays' if len(halted) == 1 else 'stay'} halted by:"
    scopes = dict.fromkeys(context.escape(halt.scope) for halt in left)
    hint = f"To end that: {', '.join(f'/resume {scope}' for scope in scopes)}"
    lines = [*(_line(context, halt) for halt in left), *done]
    text = join(head, lines, limit=ANSWER_LIMIT - length(hint) - 1)
    return Answer(f"{text}\n{hint}", "unconfirmed")


def _done(context: Context, ended: Sequence[Halt]) -> list[str]:
    """Who ended what."""
    if not ended:
        return []
    caller = who(context.caller.actor, context.escape)
    return [f"Ended by {caller}:", *(_line(context, halt) for halt in ended)]


def _line(context: Context, halt: Halt) -> str:
    return halt_line(halt, context.now(), context.escape)
