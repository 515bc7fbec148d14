"""Reads `limits.yml`, and checks each limit alone, beside others, and by what measures it."""

from collections.abc import Hashable
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import yaml

from exporter.errors import StartError
from exporter.limits import OF_VENUE, Limits
from exporter.metrics.buckets import FEED_SECONDS, HEDGE_SECONDS, SLIPPAGE_CENTS

_KINDS = get_type_hints(Limits, include_extras=True)
_SHOWN_CHARACTERS = 40
# Hedges beyond the last bound cannot be told apart, so none of them is a limit.
HEDGE_TIMEOUTS = HEDGE_SECONDS[:-1]


def load(path: Path, *, venues: tuple[str, ...]) -> Limits:
    """Read and check the file.

    Raises:
        StartError: one line with the file, the limit, what is wrong with it, and what is allowed.
    """
    try:
        return _check(_parse(path), venues)
    except OSError as error:
        raise StartError(f"{path}: {error.strerror}") from error
    except _Wrong as error:
        raise StartError(f"{path}: {error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        raise StartError(f"{path}: not valid YAML{place}") from error
    except (ValueError, RecursionError, LookupError, AttributeError) as error:
        # The last two are the parser's own, of a tag such as `!!bool` before what is none.
        raise StartError(f"{path}: not UTF-8 text, or no YAML that can be read") from error


class _Wrong(Exception):
    """What is wrong with the file, without its name."""


class _Loader(yaml.SafeLoader):
    """YAML whose keys are each there once: of two, the last one would count, unseen."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """A mapping, unless a key is there twice."""
        seen = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                line = key.start_mark.line + 1
                raise _Wrong(f"{_shown(name)} is there twice, again at line {line}")
            seen.add(name)
        return super().construct_mapping(node, deep)


def _parse(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)


def _check(given: Any, venues: tuple[str, ...]) -> Limits:
    """The limits, from what the file says."""
    if not isinstance(given, dict):
        raise _Wrong("must list limits, one `name: value` a line")
    for name in given:
        _check_name(name)
    values = {name: _value(name, given, venues) for name in _KINDS}
    limits = Limits(**values)
    _check_losses(limits)
    _check_exposures(limits, venues)
    _check_what_measures(limits, venues)
    return limits


def _check_name(name: Any) -> None:
    if name in _KINDS:
        return
    near = get_close_matches(str(name), _KINDS, n=1)
    hint = f"; is it {near[0]}?" if near else f"; there are {', '.join(_KINDS)}"
    raise _Wrong(f"{_shown(name)} is no limit{hint}")


def _value(name: str, given: dict[Any, Any], venues: tuple[str, ...]) -> Any:
    if name not in given:
        raise _Wrong(f"{name} is missing")
    value, kind = given[name], _KINDS[name]
    if name not in OF_VENUE:
        return _number(name, value, kind)
    one = get_args(kind)[0]
    if not isinstance(value, dict):
        return _number(name, value, one)
    if set(value) != set(venues):
        raise _Wrong(f"{name} must name exactly the venues {', '.join(venues)}")
    return {venue: _number(f"{name} of {venue}", value[venue], one) for venue in venues}


def _number(what: str, value: Any, kind: Any) -> float:
    try:
        number: float = msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        [meta] = kind.__metadata__
        raise _Wrong(f"{what} is {_shown(value)}, and must be {meta.description}") from error
    return number


def _check_losses(limits: Limits) -> None:
    """Who may lose less in a week than in a day is stopped by the week only."""
    names = ("daily_loss", "weekly_loss", "monthly_loss")
    for shorter, longer in pairwise(names):
        least, value = getattr(limits, shorter), getattr(limits, longer)
        if value < least:
            raise _Wrong(f"{longer} is {value:g}, and must be at least {shorter}, {least:g}")


def _check_exposures(limits: Limits, venues: tuple[str, ...]) -> None:
    for venue in venues:
        one = limits.of_venue("contract_exposure", venue)
        most = limits.of_venue("venue_exposure", venue)
        if one > most:
            where = f"contract_exposure of {venue}"
            raise _Wrong(f"{where} is {one:g}, and must be at most venue_exposure, {most:g}")


def _check_what_measures(limits: Limits, venues: tuple[str, ...]) -> None:
    """A limit outside its histogram would be judged wrongly, or never be reached."""
    if limits.hedge_timeout not in HEDGE_TIMEOUTS:
        bounds = ", ".join(f"{bound:g}" for bound in HEDGE_TIMEOUTS)
        raise _Wrong(
            f"hedge_timeout is {limits.hedge_timeout:g}, and must be where a bucket ends: {bounds}"
        )
    if limits.median_slippage >= SLIPPAGE_CENTS[-1]:
        raise _Wrong(_beyond("median_slippage", limits.median_slippage, SLIPPAGE_CENTS[-1]))
    for venue in venues:
        latency = limits.of_venue("feed_latency", venue)
        if latency >= FEED_SECONDS[-1]:
            raise _Wrong(_beyond(f"feed_latency of {venue}", latency, FEED_SECONDS[-1]))


def _beyond(what: str, value: float, most: float) -> str:
    return f"{what} is {value:g}, and must be below {most:g}: no more than that is measured"


def _shown(value: Any) -> str:
    """A value or a name as the file has it, on one line and not too long."""
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 1]}…"
