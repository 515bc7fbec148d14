"""The measured figures that the simulator draws from, and how it draws."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from random import Random
from typing import Any


@cache
def load_figures() -> Mapping[str, Any]:
    """`figures.json` as shipped; pN keys are percentiles."""
    text = files("arbwatch.demo").joinpath("data/figures.json").read_text(encoding="utf-8")
    figures: Mapping[str, Any] = json.loads(text)
    return figures


@dataclass(frozen=True, slots=True)
class Quantiles:
    """A distribution known by its percentiles: `knots` are (share below, value), both rising.

    `geometric` bends the line between two knots, as fits values spread over orders of magnitude.
    """

    knots: tuple[tuple[float, float], ...]
    geometric: bool = False

    def at(self, share: float) -> float:
        """The value that `share` of all draws stay below."""
        for (low, start), (high, end) in pairwise(self.knots):
            if share <= high:
                return self._between(start, end, (share - low) / (high - low))
        return self.knots[-1][1]

    def draw(self, rng: Random) -> float:
        """One random value."""
        return self.at(rng.random())

    def _between(self, start: float, end: float, part: float) -> float:
        if self.geometric and start > 0:
            return start * math.exp(part * math.log(end / start))
        return start + (end - start) * part


def quantiles(
    *path: str,
    floor: float | None = None,
    geometric: bool = False,
    extra: tuple[tuple[float, float], ...] = (),
) -> Quantiles:
    """The percentiles found at `path` in the figures, from `min` (or `floor`) to `max`.

    Where no maximum was published the highest percentile is the end: nothing is drawn beyond it.
    `extra` adds knots that were published in another form.
    """
    figure: Any = load_figures()
    for key in path:
        figure = figure[key]
    known = {float(key[1:]) / 100: float(figure[key]) for key in figure if key[1:].isdigit()}
    known.update(extra)
    known[0.0] = float(figure["min"]) if floor is None else floor
    known[1.0] = float(figure["max"]) if "max" in figure else max(known.values())
    return Quantiles(knots=tuple(sorted(known.items())), geometric=geometric)
