"""What is held, as told: by venue and category, in one contract at most, and in how many pairs."""

from typing import Any

from tests.client import Client, now

ECONOMICS = {"venue": "kalshi", "category": "economics"}


def row(usd: float, **more: Any) -> dict[str, Any]:
    """One position on Kalshi."""
    return ECONOMICS | {"total_notional_usd": usd, "num_positions": 1} | more


def snapshot(api: Client, *rows: dict[str, Any], **more: Any) -> None:
    """A whole snapshot, as an event."""
    event = {"type": "exposure", "rows": rows, "timestamp": now()} | more
    assert api.post("/api/events", [event]).json()["accepted"] == 1


def contract(api: Client, **labels: str) -> float | None:
    """The most that is open in one contract."""
    return api.sample("arb_exposure_contract_usd", **(ECONOMICS | labels))


def test_what_was_not_told_has_no_series(api: Client) -> None:
    """An engine that sends neither the largest contract nor its pairs."""
    snapshot(api, row(50.0))

    assert api.sample("arb_exposure_usd", **ECONOMICS) == 50
    assert contract(api) is api.sample("arb_exposure_pairs") is None


def test_the_largest_contract_and_the_pairs_are_shown(api: Client) -> None:
    """Of what falls together as other the larger one, not the sum."""
    odd = [
        row(90.0, category=name, largest_contract_usd=usd) for name, usd in (("a", 60), ("b", 70))
    ]
    snapshot(api, row(50.0, largest_contract_usd=30.0), *odd, num_pairs=3)

    assert (contract(api), contract(api, category="other")) == (30, 70)
    assert api.sample("arb_exposure_usd", venue="kalshi", category="other") == 180
    assert api.sample("arb_exposure_pairs") == 3


def test_what_is_closed_has_nothing_in_its_largest_contract(api: Client) -> None:
    """It stands at 0; and pairs that a later snapshot does not tell are unknown again."""
    snapshot(api, row(50.0, largest_contract_usd=30.0), num_pairs=1)

    snapshot(api)

    assert contract(api) == 0
    assert api.sample("arb_exposure_pairs") is None


def test_one_row_alone_leaves_the_pairs_as_told(api: Client) -> None:
    """It says nothing of them."""
    snapshot(api, row(50.0), num_pairs=2)

    api.post("/api/exposure", row(60.0, largest_contract_usd=60.0))

    assert contract(api) == 60
    assert api.sample("arb_exposure_pairs") == 2
