"""The benchmark still works: quick runs over real processes. What they measure is not judged."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.__main__ import main


@pytest.fixture(autouse=True)
def _cores() -> Iterator[None]:
    """The benchmark pins the thread it runs in; the tests after it get their cores back."""
    before = os.sched_getaffinity(0)
    yield
    os.sched_setaffinity(0, before)


def test_a_quick_run_prints_a_table_and_writes_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each row is in the table, and has what each round gave in the file."""
    path = tmp_path / "results.json"

    code = main(["--quick", "--output", str(path), "single_fill", "top_edges"])

    report, table = json.loads(path.read_text()), capsys.readouterr().out
    assert (code, report["not_measured"]) == (0, {})
    assert {row["figure"] for row in report["rows"]} == {"single_fill", "top_edges"}
    for row in report["rows"]:
        assert row["what"] in table
        assert [row["ours"]] == row["raw"]["ours"]
    assert report["machine"]["is_quick"] is True


def test_an_unknown_figure_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The message names the figures there are."""
    with pytest.raises(SystemExit):
        main(["no_such_figure"])

    assert "single_edge" in capsys.readouterr().err
