"""Reads a chart as an eye would: its size, and what colours are where."""

import io
import struct

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.image import imread
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def size(png: bytes) -> tuple[int, int]:
    """Width and height in pixels, from the header."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    across, down = struct.unpack(">II", png[16:24])
    return across, down


def where(png: bytes, colour: str) -> Mask:
    """The pixels of exactly this colour; rows from the top."""
    pixels = imread(io.BytesIO(png), format="png")[:, :, :3]
    return np.asarray(np.abs(pixels - to_rgb(colour)).max(axis=2) < 0.004, dtype=np.bool_)


def covers(png: bytes, colour: str) -> int:
    """How many pixels have exactly this colour."""
    return int(where(png, colour).sum())


def columns(mask: Mask) -> list[int]:
    """The columns in which a mask has a pixel."""
    return [int(column) for column in np.unique(mask.nonzero()[1])]
