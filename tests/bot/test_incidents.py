"""An incident is the alerts of a group, from the first that fires until all are over."""

from datetime import timedelta

from bot.incidents import SilenceMark, merge, told
from tests.bot.incidents import START, incident, member

MINUTE = timedelta(minutes=1)
SILENCE = SilenceMark(silence_id="s1", until=START + MINUTE, by="alice")


def test_an_incident_is_known_by_the_alert_that_opened_it() -> None:
    """By the first to begin, in whatever order they are told."""
    early, late = member("e"), member("l", starts_at=START + MINUTE)

    assert incident(late, early).key == early.key
    assert incident(late, early).opened_at == START
    assert incident(early).reference.startswith("aw-")


def test_an_incident_is_over_with_the_last_of_its_alerts() -> None:
    """And lasted until then."""
    both = incident(member("a"), member("b"))

    half = merge(both, [member("a", lasted=3 * MINUTE)])
    over = merge(half, [member("b", lasted=MINUTE)])

    assert (half.is_resolved, half.ended_at) == (False, None)
    assert (over.is_resolved, over.ended_at) == (True, START + 3 * MINUTE)


def test_what_was_left_out_is_not_known_to_be_over() -> None:
    """Until Alertmanager tells all of it."""
    cut = incident(member(lasted=MINUTE), left_out=7)

    assert not cut.is_resolved
    assert merge(cut, cut.members).is_resolved


def test_a_later_start_of_an_alert_counts() -> None:
    """News of an earlier one, which come late, do not end it."""
    again = merge(incident(), [member(starts_at=START + MINUTE)])

    late = merge(again, [member(lasted=MINUTE)])

    assert late == again
    assert not again.is_resolved


def test_an_alert_takes_its_newest_words() -> None:
    """The value in its description is the last one that was measured."""
    newer = merge(incident(), [member(annotations={"description": "20s now"})])

    assert newer.lead.annotations["description"] == "20s now"


def test_what_fires_after_all_was_over_is_new() -> None:
    """A new card, with the new alert alone."""
    over = incident(member(lasted=MINUTE))

    new = told(over, "group", (member(lasted=MINUTE), member(starts_at=START + MINUTE)))

    assert new.key != over.key
    assert [alert.starts_at for alert in new.members] == [START + MINUTE]


def test_an_alert_that_was_taken_for_over_opens_its_incident_again() -> None:
    """Alertmanager forgot it for a while, or somebody closed it unseen: it is the same alert."""
    closed = incident().close_unseen(START + MINUTE)

    again = told(closed, "group", (member(),))

    assert closed.is_resolved and closed.closed_unseen
    assert again.key == closed.key
    assert not again.is_resolved and not again.closed_unseen


def test_a_repeated_end_opens_nothing() -> None:
    """The answer to the first post was lost."""
    over = incident(member(lasted=MINUTE))

    assert told(over, "group", over.members) == over


def test_the_gravest_that_goes_on_gives_the_severity() -> None:
    """What is over counts no more."""
    warning = member("w", labels={"severity": "warning"})
    both = incident(member("c"), warning)

    assert both.severity == "critical"
    assert merge(both, [member("c", lasted=MINUTE)]).severity == "warning"
    assert incident(member(labels={"severity": "none"})).severity == "info"


def test_an_incident_has_a_venue_if_all_of_it_has() -> None:
    """Else a button could halt the wrong one."""
    assert incident(member("a"), member("b")).venue == "kalshi"
    assert incident(member("a"), member("b", labels={"venue": "polymarket"})).venue == ""


def test_the_first_to_take_it_stays() -> None:
    """Two press at once: one of them has it."""
    taken = incident().acked(by="alice", at=START)

    assert taken.acked(by="bob", at=START + MINUTE) == taken


def test_what_was_taken_is_nobodys_when_more_of_it_is_critical() -> None:
    """Who took one alert knows nothing of another; a repeat or a warning changes nothing."""
    taken = incident().acked(by="alice", at=START)
    warning = member("mild", labels={"severity": "warning"})

    same = merge(taken, [member(), warning, member(starts_at=START + MINUTE)])
    more = merge(taken, [member("other")])

    assert same.ack == taken.ack
    assert more.ack is None
    assert more.deeds == ("✋ alice had taken it before more of it fired",)


def test_a_silence_holds_until_it_is_ended_or_the_alert_told_again() -> None:
    """Alertmanager tells nothing of what is silenced: told, it is silenced no more."""
    silenced = incident().silenced(SILENCE)

    assert silenced.is_silenced
    assert not silenced.unsilenced("s1").is_silenced
    assert silenced.unsilenced("s1").silences == ()
    assert not merge(silenced, [member()]).is_silenced


def test_the_last_of_two_silences_keeps_it_silent() -> None:
    """Each label set of a group has one."""
    silenced = incident().silenced(SILENCE)
    twice = silenced.silenced(SilenceMark(silence_id="s2", until=START, by="bob"))

    assert twice.unsilenced("s1").is_silenced


def test_deeds_are_kept_to_the_last_ones() -> None:
    """A card is no logbook."""
    busy = incident()
    for number in range(30):
        busy = busy.with_deed(f"deed {number}")

    assert busy.deeds == tuple(f"deed {number}" for number in range(20, 30))


def test_of_a_crowd_that_is_over_the_newest_are_kept() -> None:
    """Labels that never come back do not fill the disk; what goes on is kept whole."""
    crowd = merge(incident(), [member(f"o{n}", lasted=MINUTE) for n in range(10_500)])

    assert len(crowd.members) == 10_000
    assert crowd.knows(member())
    assert crowd.knows(member("o10499")) and not crowd.knows(member("o0"))
