"""Questions and roles, without Discord: who may say yes, how often, and until when."""

from arbwatch.control import Halt
from arbwatch.events import utc_now
from bot.commands import Resumption
from bot.commands.confirmations import Confirmations
from bot.commands.rights import Rights

ALICE, EVE = 1, 2
HALT = Halt(halt_id=7, scope="kalshi", reason="r", actor="bob", via="rest", since=utc_now())
SHOWN = Resumption(scope="kalshi", halts=(HALT,))
TRADER, RESUMER, OTHER = 800000000000000004, 800000000000000005, 800000000000000006


class Clock:
    """Monotonic seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """The present."""
        return self.now


def test_a_yes_counts_once_and_for_who_asked() -> None:
    """Whoever else says it is told so, and takes nothing away."""
    questions = Confirmations()
    nonce = questions.ask(SHOWN, asker_id=ALICE, asker="alice")

    said = [questions.claim(nonce, who) for who in (EVE, ALICE, ALICE, EVE)]

    assert said == ["stranger", SHOWN, "used", "stranger"]


def test_a_yes_counts_for_thirty_seconds() -> None:
    """By a clock that nobody sets."""
    clock = Clock()
    questions = Confirmations(now_seconds=clock)
    early = questions.ask(SHOWN, asker_id=ALICE, asker="alice")
    late = questions.ask(SHOWN, asker_id=ALICE, asker="alice")

    clock.now += 30
    in_time = questions.claim(early, ALICE)
    clock.now += 0.1

    assert in_time == SHOWN
    assert questions.claim(late, ALICE) == "late"


def test_a_question_ends_unless_somebody_said_yes() -> None:
    """What was ended is late; what came to nothing may be said again."""
    questions = Confirmations()
    open_one, used, again = (questions.ask(SHOWN, asker_id=ALICE, asker="alice") for _ in range(3))
    questions.claim(used, ALICE)
    questions.claim(again, ALICE)
    questions.release(again)

    assert [questions.expire(nonce) for nonce in (open_one, used)] == [True, False]
    assert questions.claim(open_one, ALICE) == "late"
    assert questions.claim(again, ALICE) == SHOWN


def test_questions_of_an_earlier_process_are_not_known() -> None:
    """Nor those that a thousand others have followed."""
    questions = Confirmations()
    first = questions.ask(SHOWN, asker_id=ALICE, asker="alice")
    for _ in range(1000):
        last = questions.ask(SHOWN, asker_id=ALICE, asker="alice")

    assert questions.find("0" * 16) is None
    assert questions.find(first) is None
    assert questions.find(last) is not None


def test_one_role_is_enough_and_only_the_one_for_the_command() -> None:
    """Who may halt may not resume by that, and reading needs none."""
    rights = Rights(trader_roles=frozenset({TRADER, OTHER}), resume_roles=frozenset({RESUMER}))

    assert rights.lack("halt", [1, TRADER]) is None
    assert rights.lack("resume", [RESUMER]) is None
    assert rights.lack("status", []) is None
    missing = rights.lack("resume", [TRADER])
    assert missing is not None
    assert missing.text == f"⛔ Not done: /resume needs the role <@&{RESUMER}>."
    assert missing.reason == "has no role of DISCORD_RESUME_ROLES"
    one_of = rights.lack("halt", [RESUMER])
    assert one_of is not None
    assert one_of.text == (f"⛔ Not done: /halt needs one of the roles <@&{TRADER}>, <@&{OTHER}>.")


def test_an_empty_setting_allows_nobody() -> None:
    """The refusal says which one."""
    rights = Rights(trader_roles=frozenset(), resume_roles=frozenset())

    missing = rights.lack("halt", [TRADER])

    assert missing is not None
    assert missing.text.startswith(
        "⛔ Not done: nobody may /halt here, because DISCORD_TRADER_ROLES is empty.\n"
    )
    assert missing.reason == "DISCORD_TRADER_ROLES is empty"
