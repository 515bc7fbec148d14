"""The worked example of docs/statistics.md is what the exporter answers."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from arbwatch.answers import RiskStats, StatsRow
from tests.client import Client, fill
from tests.exporter.controlled import AT_NOON, START

DOCUMENT = Path(__file__).parents[2] / "docs" / "statistics.md"
COLUMNS = (
    "entry_edge_cents",
    "realized_edge_cents",
    "slippage_cents",
    "fees_cents",
)


def tables(heading: str) -> list[list[list[str]]]:
    """The tables below a heading: rows of cells, without the two of the head."""
    text = DOCUMENT.read_text(encoding="utf-8").partition(f"## {heading}\n")[2]
    found = re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE)
    return [
        [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
        for table in found
    ]


def number(cell: str) -> float:
    """An amount without its sign of money."""
    return float(cell.strip("$¢"))


def worked_out(table: list[list[str]]) -> dict[str, Any]:
    """Name and value of each row; as exact as the value is written."""
    return {
        name.strip("`"): pytest.approx(float(value), abs=0.6 * 10 ** -len(value.partition(".")[2]))
        for name, _, value in table
    }


def when(cell: str) -> str:
    """A time of the example, as an event's timestamp."""
    return datetime.fromisoformat(cell).replace(tzinfo=UTC).isoformat()


def push_example(api: Client) -> list[float]:
    """The fills and the reversal of the example; the contracts that it tells."""
    *fills, reversed_d = tables("An example")[0]
    for name, at, *amounts, pnl, contracts in fills:
        cents = dict(zip(COLUMNS, map(number, amounts), strict=True))
        size = number(contracts)
        api.post(
            "/api/fills",
            fill(name, timestamp=when(at), pnl_cents=number(pnl) * 100, size_usd=size, **cents),
        )
    undone = {"fill_id": "undo", "reverses": reversed_d[0][0], "timestamp": when(reversed_d[1])}
    assert api.post("/api/reversals", undone).json()["accepted"] == 1
    return [number(row[-1]) for row in fills]


def test_the_example_is_what_is_answered(api: Client) -> None:
    """Each number of its table, by the name that it has there."""
    contracts = push_example(api)

    report = api.get("/api/stats?by=leader&to=2026-01-07")

    answered = report["total"] | report["risk"]
    answered["leader_right"] = report["rows"][0]["leader_right"]
    expected = worked_out(tables("An example")[1])
    assert {name: answered[name] for name in expected} == expected
    assert answered["contracts"] == sum(contracts[:3]) == 160
    days = api.get("/api/stats?by=day")["rows"]
    assert [row["pnl_usd"] for row in days] == [1.0, 2.8, -0.8]


@pytest.mark.parametrize("exporter_clock", [AT_NOON])
def test_the_ratios_of_the_example_are_what_is_answered(api: Client) -> None:
    """Twenty days up to yesterday, ten of 30 dollars and ten of -10."""
    days = [(START - timedelta(days=ago)).isoformat() for ago in range(1, 21)]
    api.post(
        "/api/fills",
        [
            fill(f"f-{n}", timestamp=day, pnl_cents=-1000 if n % 2 else 3000)
            for n, day in enumerate(days)
        ],
    )

    answered = api.get("/api/pnl")

    expected = worked_out(tables("An example")[2])
    assert {name: answered[name] for name in expected} == expected


def test_every_number_is_documented() -> None:
    """By the name that it has in the answer."""
    text = DOCUMENT.read_text(encoding="utf-8")
    told = {name for part in re.findall(r"`([^`\n]+)`", text) for name in re.findall(r"\w+", part)}
    fields = {*StatsRow.__struct_fields__, *RiskStats.__struct_fields__}

    assert fields - told == {"name"}
