"""Any order of halts, resumes, acknowledgements and restarts leaves what a plain model says."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from arbwatch.control import Denial
from exporter.errors import Rejected
from exporter.ledger.trail import check_trail
from tests.exporter.controlled import VENUES, Controlled
from tests.faults.control_model import ENGINES, Model

T = TypeVar("T")

scopes = st.sampled_from([*VENUES, "all"])
venues = st.sampled_from(VENUES)
engines = st.sampled_from(ENGINES)


class ControlMachine(RuleBasedStateMachine):
    """Orders to the real control over a real file and to the model; compares them at every step."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.loop = asyncio.new_event_loop()
        self.lives = 0
        self.path = self.folder / "ledger-0.db"
        self.model = Model()
        self.fills = 0
        self.life = self.run(self.born(0.0))
        self.life.engines = set(ENGINES)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it on the machine's own loop."""
        return self.loop.run_until_complete(work)

    async def born(self, passed: float) -> Controlled:
        """A new life on the file as it is."""
        return Controlled(self.path, passed=passed)

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.run(self.life.close())
        self.loop.close()
        shutil.rmtree(self.folder)

    @rule(scope=scopes)
    def halt(self, scope: str) -> None:
        """An order to halt."""
        self.take_halt(scope, self.run(self.life.halt(scope)))

    @rule(scope=scopes)
    def resume_all(self, scope: str) -> None:
        """Resume what is open of a scope."""
        self.run(self.life.resume(scope))
        self.model.end(self.model.open_of(scope))

    @rule(scope=scopes, chosen=st.lists(st.integers(0, 99), max_size=3), ahead=st.booleans())
    def resume_named(self, scope: str, chosen: list[int], ahead: bool) -> None:
        """Resume by number: open ones of any scope, ended ones, and such as were never given."""
        known = [*self.model.halts, *self.model.ended, *([max(self.seqs()) + 1] if ahead else [])]
        named = {known[number % len(known)] for number in chosen if known}
        self.run(self.life.resume(scope, sorted(named)))
        self.model.end(self.model.open_of(scope) & named)

    @rule(scope=scopes, is_halt_first=st.booleans())
    def cross(self, scope: str, is_halt_first: bool) -> None:
        """Resume all and halt, at the same time: the resume did not see the halt."""
        seen = self.model.open_of(scope)

        async def both() -> None:
            orders = [self.life.halt(scope), self.life.resume(scope)]
            await asyncio.gather(*(orders if is_halt_first else reversed(orders)))

        self.run(both())
        self.model.end(seen)
        (new,) = {halt.halt_id for halt in self.shown(scope)} - self.model.open_of(scope)
        self.take_halt(scope, new)

    @rule(venue=venues, engine=engines, behind=st.sampled_from([0, 0, 0, 1, 2, 4]))
    def ack(self, venue: str, engine: str, behind: int) -> None:
        """An engine acknowledges what is current, or what was some while ago."""
        seq = max(0, self.model.seqs[venue] - behind)
        self.run(self.life.ack(seq, engine, venue=venue))
        self.model.ack(venue, engine, seq, contact=self.life.engines)

    @precondition(lambda self: any(self.model.seqs.values()))
    @rule()
    def ack_together(self) -> None:
        """Both engines acknowledge at the same time."""
        venue = max(VENUES, key=lambda name: self.model.seqs[name])
        seq = self.model.seqs[venue]

        async def both() -> None:
            await asyncio.gather(*(self.life.ack(seq, each, venue=venue) for each in ENGINES))

        self.run(both())
        for engine in ENGINES:
            self.model.ack(venue, engine, seq, contact=self.life.engines)

    @rule(venue=venues, engine=engines, ahead=st.integers(1, 3))
    def ack_ahead(self, venue: str, engine: str, ahead: int) -> None:
        """What was not ordered cannot be acknowledged."""
        with pytest.raises(Rejected):
            self.run(self.life.ack(self.model.seqs[venue] + ahead, engine, venue=venue))

    @rule(engine=engines)
    def come_or_go(self, engine: str) -> None:
        """An engine is heard again, or no longer."""
        self.life.engines ^= {engine}

    @rule(scope=scopes)
    def deny(self, scope: str) -> None:
        """Somebody was not allowed to."""
        denial = Denial(command="halt", scope=scope, reason="no role", actor="m", via="discord")
        self.run(self.life.control.deny(denial))

    @rule(made=st.sampled_from([-9.0, 0.0, 9.0]))
    def fill(self, made: float) -> None:
        """A fill takes a number of the same sequence."""
        self.fills += 1
        self.run(self.life.fill(f"f-{self.fills}", made=self.life.passed + made))

    @rule(seconds=st.sampled_from([0.5, 4.9, 5.0, 21.0]))
    def wait(self, seconds: float) -> None:
        """Time goes by."""
        self.life.passed += seconds

    @rule(
        is_clean=st.booleans(),
        seconds=st.sampled_from([0.0, 3.0, 30.0]),
        heard=st.sets(engines),
    )
    def restart(self, is_clean: bool, seconds: float, heard: set[str]) -> None:
        """After a stop on the same file; after a crash on what it left on disk."""
        left = self.path
        if not is_clean:
            self.lives += 1
            left = self.folder / f"ledger-{self.lives}.db"
            for suffix in ("", "-wal"):
                shutil.copy(f"{self.path}{suffix}", f"{left}{suffix}")
        self.run(self.life.close())
        self.path = left
        self.life = self.run(self.born(self.life.passed + seconds))
        self.life.engines = heard
        self.model.started = self.life.passed

    @invariant()
    def each_venue_stands_as_in_the_model(self) -> None:
        """Which halts are open, and how far they are proven."""
        for venue in VENUES:
            row = self.life.row(venue)
            contact, now = self.life.engines, self.life.passed
            assert row.state is self.model.state(venue, contact=contact, now=now)
            assert {halt.halt_id for halt in row.halts} == self.model.open_on(venue)
            assert set(row.engines) == contact

    @invariant()
    def numbers_rise_with_every_change_and_never_fall(self) -> None:
        """Over restarts too; without a change they stay."""
        now = dict(zip(VENUES, self.seqs(), strict=True))
        for venue, before in self.model.seqs.items():
            assert now[venue] > before if venue in self.model.changed else now[venue] == before
        self.model.seqs, self.model.changed = now, set()

    @invariant()
    def the_trail_holds(self) -> None:
        """Read from outside, as one would to check it."""
        assert check_trail(self.path).broken is None

    def seqs(self) -> list[int]:
        """Each venue's number."""
        return [self.life.row(venue).seq for venue in VENUES]

    def shown(self, scope: str) -> list[Any]:
        """Open halts of exactly this scope."""
        rows = self.life.control.venues()
        return [halt for row in rows for halt in row.halts if halt.scope == scope]

    def take_halt(self, scope: str, seq: int) -> None:
        """A new halt has a number above all that its venues have shown."""
        assert all(seq > self.model.seqs[venue] for venue in VENUES if scope in (venue, "all"))
        self.model.halts[seq] = (scope, self.life.passed)
        self.model.change(scope)


TestControlMachine = pytest.mark.timeout(600)(ControlMachine.TestCase)
TestControlMachine.settings = settings(
    max_examples=150,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
