"""After every fault the exposition must still parse."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.conftest import charts_loaded, discord_server, outbox, sender, start_bot
from tests.client import Client
from tests.conftest import RunningExporter
from tests.faults.processes import ExporterProcess

__all__ = ["charts_loaded", "discord_server", "outbox", "sender", "start_bot"]


@pytest.fixture
def api(exporter: RunningExporter) -> Iterator[Client]:
    """A client of the running exporter, which is scraped once more when the test is over."""
    yield exporter.client
    assert exporter.client.scrape()


@pytest.fixture
def process(ledger_path: Path) -> Iterator[ExporterProcess]:
    """A running exporter process with an empty ledger."""
    with ExporterProcess(ledger_path) as running:
        running.start()
        yield running
        if running.is_alive():
            assert running.client.scrape()
