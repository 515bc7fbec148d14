"""Where panels stand: tiles flow from left to right on Grafana's grid and wrap into lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32

from grafana.kit.base import Panel
from grafana.kit.runbooks import with_runbooks

COLUMNS = 24


@dataclass(frozen=True, slots=True)
class Tile:
    """A panel and its size on the grid; a unit of height is some 30 pixels."""

    panel: Panel
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Row:
    """A titled row. Collapsed, it holds its panels until someone opens it."""

    title: str
    tiles: tuple[Tile, ...]
    collapsed: bool = False


def id_of(title: str) -> int:
    """A panel's id on its board. Alerts link to it, so it follows from the title alone."""
    return crc32(title.encode()) % 900_000 + 100_000


def place(rows: Iterable[Row], *, uid: str) -> list[Panel]:
    """All panels with position, id and runbooks, row by row."""
    panels: list[Panel] = []
    top = 0
    for row in rows:
        header = _header(row, top)
        flowed, bottom = _flow(row.tiles, top=top + 1)
        placed = [with_runbooks(uid, panel) for panel in flowed]
        header["panels"] = placed if row.collapsed else []
        panels += [header] if row.collapsed else [header, *placed]
        top = top + 1 if row.collapsed else bottom
    return panels


def _header(row: Row, top: int) -> Panel:
    return {
        "type": "row",
        "id": id_of(f"row {row.title}"),
        "title": row.title,
        "collapsed": row.collapsed,
        "gridPos": {"x": 0, "y": top, "w": COLUMNS, "h": 1},
    }


def _flow(tiles: Iterable[Tile], *, top: int) -> tuple[list[Panel], int]:
    left, line_height = 0, 0
    placed: list[Panel] = []
    for tile in tiles:
        if left + tile.width > COLUMNS:
            left, top, line_height = 0, top + line_height, 0
        position = {"x": left, "y": top, "w": tile.width, "h": tile.height}
        placed.append({"id": id_of(tile.panel["title"]), **tile.panel, "gridPos": position})
        left += tile.width
        line_height = max(line_height, tile.height)
    return placed, top + line_height
