"""`python -m grafana.build`: write every dashboard as JSON."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grafana.boards.edges import edges_board
from grafana.boards.fills import fills_board
from grafana.boards.overview import overview
from grafana.boards.risk import risk_board
from grafana.boards.system import system_board

DASHBOARDS = Path(__file__).parent / "dashboards"
BOARDS = {
    "overview": overview,
    "edges": edges_board,
    "fills": fills_board,
    "risk": risk_board,
    "system": system_board,
}


def boards() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each dashboard and the file it belongs in."""
    for name, board in BOARDS.items():
        yield DASHBOARDS / f"{name}.json", board()


def render(board: dict[str, Any]) -> str:
    """A dashboard as the text of its file."""
    return json.dumps(board, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all files, and say which."""
    for path, board in boards():
        path.write_text(render(board), encoding="utf-8")
        print(f"{path.relative_to(Path.cwd())}: {board['title']}")


if __name__ == "__main__":
    main()
