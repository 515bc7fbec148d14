"""Pages as pictures, by a Chromium without a window."""

import io
import shutil
import subprocess
from pathlib import Path

from PIL import Image, ImageChops

# A phone's, at two dots a pixel so that letters are sharp.
WIDTH, LONGEST, SCALE = 390, 2400, 2
COLOURS = 64
_TIMEOUT_SECONDS = 60
_MARGIN = 16 * SCALE


class NoBrowser(RuntimeError):
    """There is no Chromium on this machine."""


def find_browser() -> str:
    """Chromium, by either of its names."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise NoBrowser("Chromium is missing: apt-get install chromium fonts-noto-color-emoji")
    return program


def photograph(page: str, folder: Path) -> bytes:
    """A page as PNG, cut to its contents; `folder` is for files on the way."""
    program = find_browser()
    source, shot = folder / "page.html", folder / "shot.png"
    source.write_text(page, encoding="utf-8")
    subprocess.run(
        [
            program,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--force-device-scale-factor={SCALE}",
            f"--window-size=600,{LONGEST}",
            f"--user-data-dir={folder / 'profile'}",
            f"--screenshot={shot}",
            source.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=_TIMEOUT_SECONDS,
    )
    return _cut(shot.read_bytes())


def _cut(png: bytes) -> bytes:
    """Without the empty rest below, and with few colours, so that the file is small."""
    with Image.open(io.BytesIO(png)) as whole:
        picture = whole.convert("RGB").crop((0, 0, WIDTH * SCALE, whole.height))
    background = Image.new("RGB", picture.size, picture.getpixel((0, 0)))
    box = ImageChops.difference(picture, background).getbbox()
    bottom = min((box[3] if box else 0) + _MARGIN, picture.height)
    cut = picture.crop((0, 0, picture.width, bottom))
    written = io.BytesIO()
    cut.quantize(COLOURS, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return written.getvalue()
