"""Asks a Prometheus, takes the time, and says what is missing where nothing came."""

import re
import time
from dataclasses import dataclass
from typing import Any

import requests

from bench.errors import BenchError
from bench.panels.asking import Ask

ANSWER_SECONDS = 300.0
_TEXT = re.compile(r"\"[^\"]*\"")
_METRIC = re.compile(
    r"(?<![\w:])(?:up|ALERTS|scrape_\w+|process_\w+|(?:arb|prometheus|alertmanager)_\w+|\w+:\w+:\w+)"
    r"(?![\w:])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came: series, samples that Prometheus read, and the time that it took."""

    ask: Ask
    series: int
    samples: int
    seconds: float


class Prometheus:
    """One that serves a past; everything is asked of the range from `start` to `end`."""

    def __init__(self, url: str, *, start: int, end: int) -> None:
        self._url = f"{url}/api/v1"
        self._start, self._end = start, end
        self._session = requests.Session()

    def answer(self, ask: Ask) -> Answer:
        """Ask once.

        Raises:
            BenchError: Prometheus says that the query is wrong.
        """
        query: dict[str, Any] = {"query": ask.expression, "stats": "all"}
        if ask.step is None:
            query["time"] = self._end
        else:
            first = self._start // ask.step * ask.step
            query |= {"start": first, "end": self._end, "step": ask.step}
        started = time.perf_counter()
        answer = self._get("query" if ask.step is None else "query_range", query)
        seconds = time.perf_counter() - started
        found = [each for each in answer["result"] if _has_number(each)]
        samples = int(answer["stats"]["samples"]["totalQueryableSamples"])
        return Answer(ask=ask, series=len(found), samples=samples, seconds=seconds)

    def names(self) -> set[str]:
        """Every series' name."""
        return set(self._get("label/__name__/values", {}))

    def _get(self, path: str, query: dict[str, Any]) -> Any:
        url = f"{self._url}/{path}"
        answer = self._session.post if query else self._session.get
        told = answer(url, data=query, timeout=ANSWER_SECONDS).json()
        if told["status"] != "success":
            raise BenchError(f"{query.get('query', path)}: {told['error']}")
        return told["data"]


def missing(ask: Ask, names: set[str]) -> list[str]:
    """Series that it asks for and that this past has nothing of."""
    return sorted(set(_METRIC.findall(_TEXT.sub("", ask.expression))) - names)


def _has_number(series: dict[str, Any]) -> bool:
    points = series["values"] if "values" in series else [series["value"]]
    return any(value != "NaN" for _, value in points)
