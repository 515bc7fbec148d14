"""Every card leads to the panel that shows what it is about."""

import zlib

from tests.grafana.board_files import boards, panels
from tests.prometheus.panels import PANELS
from tests.prometheus.rule_files import ALWAYS_FIRING, alerts


def link(board: str, title: str) -> str:
    """Where a panel is: its number is made of its title, so that it stays when panels move."""
    number = zlib.crc32(title.encode()) % 900_000 + 100_000
    return f"/d/{board}?viewPanel={number}"


def test_every_alert_links_to_its_panel() -> None:
    """All but the watchdog."""
    linked = {a["alert"]: a["annotations"].get("panel") for a in alerts()}

    expected = {name: link(board, title) for name, (board, title) in PANELS.items()}
    assert linked == expected | {ALWAYS_FIRING: None}


def test_every_panel_that_a_card_links_to_is_there() -> None:
    """A link to a panel that is gone, or was renamed, shows an empty page."""
    there = {
        f"/d/{board['uid']}?viewPanel={panel['id']}": (board["uid"], panel["title"])
        for board in boards()
        for panel in panels(board)
    }

    found = {name: there.get(link(*place)) for name, place in PANELS.items()}

    assert found == PANELS
