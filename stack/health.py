"""Waits until all services are well, prints where they are, then says when one stops answering.

Runs as one more process of the stack, `python -m stack.health`, so that its end ends the rest.
"""

import http.client
import sys
import time
from collections.abc import Iterable

from stack.errors import StackError
from stack.programs import find_grafana
from stack.services import Service, list_services
from stack.settings import StackSettings

WITH_DISCORD = "--with-discord"
START_SECONDS = 60.0
POLL_SECONDS = 0.25
WATCH_SECONDS = 5.0
ANSWER_SECONDS = 3.0
HOW_TO_GET_GRAFANA = (
    "no Grafana here, everything else runs: docker-compose.yml brings one, "
    "or unpack one from grafana.com/grafana/download and set GRAFANA_HOME"
)

Row = tuple[str, str, str]


def explain_illness(service: Service) -> str | None:
    """Why the service is not well, or nothing when it is."""
    connection = http.client.HTTPConnection(service.address, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", service.health_path)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return "does not answer"
    finally:
        connection.close()
    return None if status == http.HTTPStatus.OK else f"answers {status}"


def wait_until_well(services: Iterable[Service], *, timeout_seconds: float) -> None:
    """Return once every service is well; after the timeout the error names those that are not."""
    deadline = time.monotonic() + timeout_seconds
    waiting = list(services)
    while waiting := [service for service in waiting if explain_illness(service)]:
        if time.monotonic() > deadline:
            ill = ", ".join(f"{service.name} {explain_illness(service)}" for service in waiting)
            raise StackError(f"not healthy after {timeout_seconds:.0f} s: {ill}")
        time.sleep(POLL_SECONDS)


def build_rows(
    settings: StackSettings, services: Iterable[Service], *, has_discord: bool
) -> list[Row]:
    """The table that greets: what, address, state."""
    states = {} if has_discord else {"bot": "healthy, prints here: no DISCORD_BOT_TOKEN"}
    rows = [
        (service.name, service.url, states.get(service.name, "healthy")) for service in services
    ]
    if settings.demo:
        arguments = f" ({settings.demo_args})" if settings.demo_args else ""
        rows.append(("demo", "pushes to the exporter", f"started{arguments}"))
    return rows


def format_table(rows: Iterable[Row]) -> str:
    """Columns as wide as their widest cell, under a header."""
    table = [("what", "address", "state"), *rows]
    widths = [max(len(row[column]) for row in table) for column in range(3)]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in table]
    return "\n".join(line.rstrip() for line in lines)


def watch_forever(services: Iterable[Service]) -> None:
    """Say when a service stops answering, and when it is back."""
    ill: set[str] = set()
    while True:
        time.sleep(WATCH_SECONDS)
        for service in services:
            illness = explain_illness(service)
            if illness and service.name not in ill:
                print(f"{service.name} {illness}", flush=True)
                ill.add(service.name)
            elif not illness and service.name in ill:
                ill.remove(service.name)
                print(f"{service.name} is healthy again", flush=True)


def main() -> None:
    """Greet when all are well; fail when that does not happen."""
    # The stack has read `.env` for all its processes, and left out what is the bot's own.
    settings = StackSettings()
    has_grafana = find_grafana(settings.grafana_home) is not None
    services = list_services(settings, with_grafana=has_grafana)
    try:
        wait_until_well(services, timeout_seconds=START_SECONDS)
    except StackError as error:
        sys.exit(str(error))
    rows = build_rows(settings, services, has_discord=WITH_DISCORD in sys.argv[1:])
    print(f"\n{format_table(rows)}\n")
    if not has_grafana:
        print(HOW_TO_GET_GRAFANA)
    print("Ctrl-C stops everything.", flush=True)
    watch_forever(services)


if __name__ == "__main__":
    main()
