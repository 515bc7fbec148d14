"""An engine installs the client without the services."""

import subprocess
import sys

FOREIGN = {
    "aiohttp", "discord", "exporter", "bot", "fastapi", "prometheus_client", "pydantic",
    "sqlalchemy", "starlette", "uvicorn", "yaml",
}  # fmt: skip


def test_the_client_imports_only_requests_and_msgspec() -> None:
    """In a fresh interpreter, `import arbwatch` brings in none of the services' libraries."""
    code = "import sys, arbwatch; print(*{name.partition('.')[0] for name in sys.modules})"

    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    loaded = set(answer.stdout.split())
    assert {"arbwatch", "msgspec", "requests"} <= loaded
    assert loaded & FOREIGN == set()
