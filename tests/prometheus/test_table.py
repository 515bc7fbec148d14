"""docs/alerts.md: what it says is what the rules do."""

import pytest

from prometheus.table import PAGE, TOPICS, in_words, render
from tests.prometheus.rule_files import alerts


def test_the_page_is_what_the_rules_make() -> None:
    """Neither was changed without the other: run `make alerts`."""
    assert PAGE.read_text(encoding="utf-8") == render()


def test_every_alert_is_in_it_once() -> None:
    """Its topic is one of the page's."""
    page = render()

    assert [a["alert"] for a in alerts() if page.count(f"[{a['alert']}]") != 1] == []
    assert {a["labels"]["topic"] for a in alerts()} == set(TOPICS)


def test_what_is_filled_in_is_named() -> None:
    """Labels and values by a word, a limit by its name, anything else not at all."""
    description = (
        '{{ $value | printf "%.0f" }} USD are open on {{ $labels.venue }}; the limit is '
        "{{ range printf \"arb_limit{limit='venue_exposure',scope='%s'}\" $labels.venue | query }}"
        '{{ .Value | printf "%.0f" }}{{ end }} USD. Further fills add to it.'
    )

    assert (
        in_words(description) == "*n* USD are open on *venue*; the limit is `venue_exposure` USD."
    )
    with pytest.raises(ValueError, match="cannot be said"):
        in_words("It is {{ if true }}so{{ end }}. Really.")
