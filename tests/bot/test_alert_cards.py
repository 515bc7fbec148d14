"""Cards of incidents, whatever an alert is made of."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards import HaltNote, Look, again_card, incident_card, with_halts
from bot.cards.card import TITLE_LIMIT
from bot.gateway.delivery import embed
from bot.gateway.views import view
from bot.incidents import Incident, Member, SilenceMark, begin
from tests.bot.incidents import START, incident, member
from tests.fakes.discord.limits import message_faults

LOOK = Look(grafana_url="http://127.0.0.1:3000", runbook_base_url="https://example.org/r")

TEXTS = st.one_of(
    st.text(max_size=40), st.builds(lambda t, n: t * n, st.text(max_size=3), st.integers(0, 2000))
)
LABELS = st.dictionaries(
    st.sampled_from(["alertname", "venue", "severity", "action", "market", "engine"]), TEXTS
)
NOTES = st.dictionaries(
    st.sampled_from(["summary", "description", "action", "panel", "runbook_url"]), TEXTS
)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
    lambda time: time.replace(tzinfo=START.tzinfo)
)
MEMBERS = st.builds(
    Member,
    fingerprint=st.uuids().map(str),
    labels=LABELS,
    annotations=NOTES,
    starts_at=TIMES,
    ends_at=st.none() | TIMES,
    is_silenced=st.booleans(),
)


@st.composite
def incidents(draw: st.DrawFn) -> Incident:
    """Any incident, with anything done about it."""
    found = begin("g", draw(st.lists(MEMBERS, min_size=1, max_size=30)), left_out=draw(COUNTS))
    if draw(st.booleans()):
        found = found.acked(by=draw(TEXTS), at=START)
    for name in draw(st.lists(TEXTS, max_size=12)):
        mark = SilenceMark(silence_id="s", until=START, by=name)
        found = found.silenced(mark).with_deed(name)
    return found.close_unseen(START) if draw(st.booleans()) else found


COUNTS = st.integers(0, 100_000)
HALTS = st.lists(
    st.builds(HaltNote, scope=TEXTS, halt_id=st.none() | st.integers(1, 10**9)), max_size=30
)


@settings(deadline=None)
@given(incidents(), HALTS, st.booleans())
def test_discord_takes_the_card_of_any_incident(
    found: Incident, halts: list[HaltNote], is_gone: bool
) -> None:
    """Within every limit, whatever names, labels, texts and people it is made of."""
    card = again_card(with_halts(incident_card(found, look=LOOK), halts), is_gone=is_gone)

    sent = {"content": card.content, "embeds": [embed(card, found.reference + "-99").to_dict()]}
    if shown := view(card.buttons):
        sent["components"] = shown.to_components()
    assert message_faults(sent) == []
    assert len(card.title) <= TITLE_LIMIT


def test_a_crowd_shares_a_card_that_fits_a_phone() -> None:
    """Some are named, the others are counted."""
    crowd = incident(*(member(f"{n}", labels={"market": f"M{n:04}"}) for n in range(5_000)))

    lines = incident_card(crowd, look=LOOK).body.splitlines()

    assert "**5,000 alerts**" in lines
    assert lines.index("… and 4,992 more") - lines.index("**5,000 alerts**") == 9


def test_what_goes_on_is_named_before_what_is_over() -> None:
    """It is what somebody has to look at."""
    ended = [member(f"e{n}", labels={"market": f"E{n}"}, lasted=timedelta(1)) for n in range(9)]

    body = incident_card(incident(*ended, member(labels={"market": "ON"})), look=LOOK).body

    assert "**10 alerts**, 9 over\n• ON\n✓ E0\n" in body


def test_a_link_that_is_no_plain_one_is_no_link() -> None:
    """An annotation cannot put words of its own behind a link."""
    notes = {"panel": "https://x/[a](https://evil.example)", "runbook_url": "x) [y](https://evil"}

    body = incident_card(incident(member(annotations=notes)), look=LOOK).body

    assert "](" not in body.replace("\\](", "")


def test_a_venue_that_is_no_name_has_no_button() -> None:
    """What cannot come back whole with a press could halt something else."""
    for venue in ("a:b", "x" * 60, "kalshi\n", "🏦"):
        buttons = incident_card(incident(member(labels={"venue": venue})), look=LOOK).buttons

        assert [button.label for button in buttons if "Halt" in button.label] == []
