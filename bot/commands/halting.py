"""The halt: ordered at once, again until it is stored, and true once the engine has said so."""

from collections.abc import Awaitable, Callable

from arbwatch.control import ALL_VENUES, EngineAck, Halt, HaltOrder, HaltState, VenueControl
from bot.commands import halt_text
from bot.commands.answer import Answer, Context
from bot.commands.halt_text import Seen
from bot.commands.wording import actor, of_scope, open_halts, venue_name
from bot.errors import ExporterDown, ExporterError, ExporterRefused
from bot.text import clip, one_line

# An exporter that died is started again within this.
STORE_SECONDS = 15.0
# The exporter declares an engine silent after five seconds; just started, it needs a lease to know
# which engines there are.
CONFIRM_SECONDS = 25.0
Note = Callable[[int], Awaitable[None]]

# In which an engine's cancels are done at both venues, or do not work.
OPEN_ORDERS_SECONDS = 6.0

_STORE_AGAIN_SECONDS = 0.5
# The first looks follow each other closely: an engine on the same host needs milliseconds.
_FIRST_LOOK_SECONDS, _LAST_LOOK_SECONDS = 0.02, 0.25
_REASON_LIMIT = 500
_MESSAGE_LIMIT = 400
# What the exporter answers to a scope or a reason that it does not take: to be typed otherwise.
_TYPED_WRONG = (400, 404, 422)
# The exporter's word for a halt that is in force and that its disk did not take.
_IN_FORCE = "halt_not_stored"


async def halt(
    context: Context, scope: str, reason: str = "", *, note: Note | None = None
) -> Answer:
    """Order a halt, and tell what becomes of it until its end is known.

    `note` gets the halt's number as soon as it is in force, 0 if it is not on disk.
    """
    halting = _Halting(context, scope)
    order = HaltOrder(
        reason=one_line(reason)[:_REASON_LIMIT] or "no reason given",
        actor=actor(context.caller.actor),
        via=context.caller.via,
    )
    try:
        ordered = await halting.store(order)
    except ExporterDown:
        return halting.not_stored("the exporter does not answer")
    except ExporterRefused as refused:
        if refused.status in _TYPED_WRONG:
            raise
        ordered = await halting.look([]) if refused.code == _IN_FORCE else []
        message = clip(context.escape(one_line(str(refused))), _MESSAGE_LIMIT)
        if not ordered:
            return halting.not_stored(message)
        halting.warning = f"\n⚠️ {message}"
    except ExporterError as failed:
        return halting.not_stored(str(failed))
    if note is not None:
        await note(_number(ordered, order))
    return await halting.follow(ordered)


class _Halting:
    """One halt on its way. `warning` is told with the rest while the halt is not on disk."""

    def __init__(self, context: Context, scope: str) -> None:
        self._context = context
        self._scope = scope
        self._name = venue_name(scope, context.escape)
        self._seconds: dict[str, float] = {}
        self._is_on_disk = True
        self.warning = ""

    async def store(self, order: HaltOrder) -> list[VenueControl]:
        """Order until it is stored; a second halt that a lost answer leaves behind does no harm."""
        deadline = self._context.now_seconds() + STORE_SECONDS
        while True:
            try:
                return await self._context.api.halt(self._scope, order)
            except ExporterDown:
                if self._context.now_seconds() >= deadline:
                    raise
            self._context.tell(halt_text.not_stored_yet(self._name))
            await self._context.sleep(_STORE_AGAIN_SECONDS)

    async def look(self, before: list[VenueControl]) -> list[VenueControl]:
        """The venues of the scope now; as before where that cannot be seen."""
        try:
            return of_scope(await self._context.api.venues(), self._scope) or before
        except ExporterError:
            return before

    async def follow(self, ordered: list[VenueControl]) -> Answer:
        """Look, and tell what changes, until nothing more is to be expected."""
        started = self._context.now_seconds()
        latest, told, pause = ordered, "", _FIRST_LOOK_SECONDS
        while True:
            seen = [self._see(control) for control in latest]
            is_over = _is_over(seen, self._context.now_seconds() - started)
            answer = self._answer(seen, latest, is_over=is_over)
            if is_over:
                return answer
            if answer.text != told:
                self._context.tell(answer.text)
                told = answer.text
            await self._context.sleep(pause)
            pause = min(pause * 1.5, _LAST_LOOK_SECONDS)
            latest = await self.look(latest)

    def not_stored(self, why: str) -> Answer:
        """The answer where nothing says that the halt exists."""
        venues = [] if self._scope == ALL_VENUES else [self._scope]
        text = halt_text.not_stored(self._name, why, venues, self._context.escape)
        return Answer(text, "unavailable")

    def _see(self, control: VenueControl) -> Seen:
        newest = max(control.halts, key=lambda halt: halt.since, default=None)
        is_stored = newest is not None and newest.halt_id > 0
        acks = [ack for ack in control.acks if is_stored and newest and ack.seq >= newest.halt_id]
        if newest and acks and control.state is HaltState.ACKNOWLEDGED:
            self._seconds.setdefault(control.venue, _took(newest, acks))
        return Seen(
            venue=control.venue,
            state=control.state,
            acks=acks,
            seconds=self._seconds.get(control.venue),
            has_engine=bool(control.engines) or bool(acks),
        )

    def _answer(self, seen: list[Seen], latest: list[VenueControl], *, is_over: bool) -> Answer:
        """How it stands: called halted only where every venue's engines have said so."""
        name, escape = self._name, self._context.escape
        states = {venue.state for venue in seen}
        if states == {HaltState.RUNNING}:
            why = halt_text.running_again if self._is_on_disk else halt_text.lost
            return Answer(why(name), "unconfirmed")
        self._is_on_disk = all(halt.halt_id for control in latest for halt in control.halts)
        warning = "" if self._is_on_disk else self.warning
        if states == {HaltState.ACKNOWLEDGED}:
            return Answer(halt_text.halted(seen, name, escape) + warning)
        if HaltState.REQUESTED in states and not is_over:
            return Answer(halt_text.requested(seen, name, escape) + warning, "unconfirmed")
        return Answer(halt_text.unconfirmed(seen, name, escape) + warning, "unconfirmed")


def _number(ordered: list[VenueControl], order: HaltOrder) -> int:
    """The number of this very order among the halts that stand after it."""
    own = [
        h.halt_id for h in open_halts(ordered) if (h.actor, h.reason) == (order.actor, order.reason)
    ]
    return max(own, default=0)


def _is_over(seen: list[Seen], seconds: float) -> bool:
    """Whether waiting longer shows nothing new that is worth it."""
    states = {venue.state for venue in seen}
    if states == {HaltState.ACKNOWLEDGED}:
        has_open_orders = any(venue.has_open_orders for venue in seen)
        return not has_open_orders or seconds >= OPEN_ORDERS_SECONDS
    return states == {HaltState.RUNNING} or seconds >= CONFIRM_SECONDS


def _took(halt: Halt, acks: list[EngineAck]) -> float:
    """Seconds from the order to the last engine's word, both by the exporter's clock."""
    return max(0.0, (max(ack.timestamp for ack in acks) - halt.since).total_seconds())
