"""Pictures of the dashboards, as the Grafana that runs shows them: `make up` a while before."""

import asyncio
import base64
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image

from grafana.build import boards
from stack.settings import read_settings
from tests.pictures.browser import find_browser

FOLDER = Path(__file__).parents[2] / "docs" / "dashboards"
WIDTH = 1600
# A unit of Grafana's grid with the gap below it, and the edge around the board.
UNIT, EDGE = 38, 24
COLOURS = 256
# Panels ask one after the other, and then draw.
DRAWN_SECONDS = 15.0


async def take_boards() -> None:
    """Photograph each board in full, with its collapsed rows closed."""
    grafana = os.environ.get("GRAFANA_URL") or f"http://127.0.0.1:{read_settings().grafana_port}"
    FOLDER.mkdir(exist_ok=True)
    async with _browser() as tab:
        for path, board in boards():
            url = f"{grafana}/d/{board['uid']}?kiosk"
            png = _small(await tab.photograph(url, height=_height(board)))
            (FOLDER / f"{path.stem}.png").write_bytes(png)
            print(f"{path.stem}.png: {len(png) / 1024:.0f} KiB")


def _height(board: dict[str, Any]) -> int:
    places = [panel["gridPos"] for panel in board["panels"]]
    bottom: int = max(place["y"] + place["h"] for place in places)
    return bottom * UNIT + EDGE


def _small(png: bytes) -> bytes:
    """With few colours, so that the file is small."""
    written = BytesIO()
    with Image.open(BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(written, "PNG", optimize=True)
    return written.getvalue()


class _Tab:
    """A tab of the browser, told what to do over its debugging socket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._asked = 0

    async def photograph(self, url: str, *, height: int) -> bytes:
        """The page once it had time to draw, as PNG."""
        size = {"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self._ask("Emulation.setDeviceMetricsOverride", **size)
        await self._ask("Page.navigate", url=url)
        await asyncio.sleep(DRAWN_SECONDS)
        shot = await self._ask("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])

    async def _ask(self, method: str, **parameters: object) -> dict[str, Any]:
        self._asked += 1
        await self._socket.send_json({"id": self._asked, "method": method, "params": parameters})
        while True:
            answer = await self._socket.receive_json()
            if answer.get("id") == self._asked:
                result: dict[str, Any] = answer["result"]
                return result


@asynccontextmanager
async def _browser() -> AsyncIterator[_Tab]:
    with tempfile.TemporaryDirectory(prefix="arbwatch-boards-", ignore_cleanup_errors=True) as home:
        command = [
            find_browser(),
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={home}",
            "--remote-debugging-port=0",
            "about:blank",
        ]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            try:
                async with aiohttp.ClientSession() as session:
                    address = f"http://127.0.0.1:{_port(process)}/json"
                    tabs = await (await session.get(address)).json()
                    page = next(tab for tab in tabs if tab["type"] == "page")
                    url = page["webSocketDebuggerUrl"]
                    async with session.ws_connect(url, max_msg_size=0) as socket:
                        yield _Tab(socket)
            finally:
                process.terminate()


def _port(process: subprocess.Popen[str]) -> int:
    """The browser says on which port it listens."""
    assert process.stderr is not None
    line = next(line for line in process.stderr if "DevTools listening" in line)
    return int(line.split("127.0.0.1:")[1].split("/")[0])
