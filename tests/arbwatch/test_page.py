"""The page for engine authors: what is copied from there runs, and is as short as it says."""

from pathlib import Path

import pytest

from tests.client import Client
from tests.conftest import wait_until

README = Path(__file__).parent.parent.parent / "README.md"
PAUSE = "time.sleep(1)"
PERMITTED = "wait_until(lambda: engine.may_trade('polymarket') and engine.may_trade('kalshi'))"


def example() -> str:
    """The Python of the page."""
    return README.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]


def test_the_example_trades_against_a_real_exporter(
    api: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it stands, but for the exporter's address, its folder, and the wait for contact."""
    monkeypatch.chdir(tmp_path)
    token = tmp_path / "var" / "secrets" / "engine_token"
    token.parent.mkdir(parents=True)
    token.write_text("s3cret")

    assert PAUSE in example()
    code = example().replace("http://127.0.0.1:8000", api.url).replace(PAUSE, PERMITTED)
    exec(code, {"wait_until": wait_until})

    wait_until(lambda: [row["fill_id"] for row in api.get("/api/fills")] == ["order-1"])
    wait_until((tmp_path / "var" / "mine" / "mine" / "control.json").exists)


def test_all_of_it_is_twenty_lines_of_code() -> None:
    """Everything an engine can set is shown."""
    lines = [line for line in example().splitlines() if line.strip()]

    assert len(lines) <= 20
    for shown in ("push", "may_trade", "on_control", "token", "state_dir", "trade_before_contact"):
        assert f"{shown}=" in example() or f".{shown}(" in example()
