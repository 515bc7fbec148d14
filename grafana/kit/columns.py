"""Columns of tables that come over REST: a key of the answer's rows, and how it looks."""

from dataclasses import dataclass
from typing import Literal

from grafana.kit import units
from grafana.kit.colours import Override, override

Kind = Literal["string", "number", "timestamp", "boolean"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `width` in pixels, and what is left goes to those without."""

    key: str
    title: str
    kind: Kind
    width: int | None = None
    unit: str | None = None
    decimals: int | None = None

    def overrides(self) -> list[Override]:
        """What differs from plain text."""
        properties = {"unit": self.unit, "decimals": self.decimals, "custom_width": self.width}
        given = {name: value for name, value in properties.items() if value is not None}
        return [override(f"^{self.title}$", **given)] if given else []


def text(key: str, title: str, width: int | None = None) -> Column:
    """Words, as they come."""
    return Column(key, title, "string", width)


def moment(key: str, title: str) -> Column:
    """A time of this year, to the second."""
    return Column(key, title, "timestamp", 125, units.MOMENT)


def yes_or_no(key: str, title: str, width: int) -> Column:
    """True or false."""
    return Column(key, title, "boolean", width)


def count(key: str, title: str, width: int | None = None) -> Column:
    """How many."""
    return Column(key, title, "number", width, units.PLAIN, 0)


def ratio(key: str, title: str, width: int | None = None) -> Column:
    """A quotient without a unit."""
    return Column(key, title, "number", width, units.PLAIN, 2)


def share(key: str, title: str, width: int | None = None) -> Column:
    """A ratio of 0 to 1, as percent."""
    return Column(key, title, "number", width, units.SHARE, 0)


def cents(key: str, title: str, width: int | None = None) -> Column:
    """Cents per contract, or of P&L."""
    return Column(key, title, "number", width, units.CENTS, 2)


def usd(key: str, title: str, width: int | None = None) -> Column:
    """Dollars."""
    return Column(key, title, "number", width, units.USD, 2)


def seconds(key: str, title: str, width: int | None = None) -> Column:
    """A time span."""
    return Column(key, title, "number", width, units.SECONDS, 0)


def milliseconds(key: str, title: str, width: int | None = None) -> Column:
    """A short time span."""
    return Column(key, title, "number", width, units.MILLISECONDS, 0)
