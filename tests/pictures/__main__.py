"""`python -m tests.pictures [NAME...]`: take the pictures of docs/discord.md anew.

`python -m tests.pictures boards` takes those of docs/dashboards.md, from the Grafana that runs.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.pictures.boards import take_boards
from tests.pictures.browser import photograph
from tests.pictures.page import page
from tests.pictures.scenes import answers, cards

PICTURES = Path(__file__).parents[2] / "docs" / "discord"


def main() -> None:
    """Take all of them, or those that are named."""
    wanted = set(sys.argv[1:])
    if wanted == {"boards"}:
        asyncio.run(take_boards())
        return
    with tempfile.TemporaryDirectory(prefix="arbwatch-pictures-") as name:
        folder = Path(name)
        scenes = (
            cards() if wanted and wanted <= set(cards()) else cards() | asyncio.run(answers(folder))
        )
        PICTURES.mkdir(exist_ok=True)
        for scene, shown in scenes.items():
            if not wanted or scene in wanted:
                png = photograph(page(shown), folder)
                (PICTURES / f"{scene}.png").write_bytes(png)
                print(f"{scene}.png: {len(png) / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
