"""Where a board, a panel or a cell leads; the time range goes along."""

from typing import Any

from grafana.kit.base import Panel
from grafana.kit.colours import Override, override
from grafana.kit.sources import REST_UID

Link = dict[str, Any]

TAG = "arbwatch"
HOME = "arbwatch-overview"
# The exporter through Grafana: readers need neither its address nor a token.
EXPORTER = f"/api/datasources/proxy/uid/{REST_UID}"


def board_links() -> list[Link]:
    """Above every board: home, then all boards, with the time range and what was chosen."""
    return [
        _board_link("Overview", "link", url=f"/d/{HOME}", icon="dashboard"),
        _board_link("Boards", "dashboards", icon="external link", is_dropdown=True),
    ]


def more_on(uid: str, panel: Panel) -> Panel:
    """The panel with a link to the board that has the details."""
    url = f"/d/{TAG}-{uid}?${{__url_time_range}}&${{__all_variables}}"
    return panel | {"links": [{"title": "Details", "url": url, "targetBlank": False}]}


def pair_link(column: str) -> Override:
    """From a pair's name to its lines on the board of edges."""
    url = "/d/arbwatch-edges?var-pair=${__value.raw:percentencode}&${__url_time_range}"
    return override(f"^{column}$", links=[{"title": "This pair's edge", "url": url}])


def _board_link(
    title: str, kind: str, *, url: str = "", icon: str, is_dropdown: bool = False
) -> Link:
    return {
        "title": title,
        "type": kind,
        "url": url,
        "icon": icon,
        "tags": [TAG] if is_dropdown else [],
        "asDropdown": is_dropdown,
        "includeVars": True,
        "keepTime": True,
        "targetBlank": False,
        "tooltip": "",
    }
