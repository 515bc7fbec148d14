"""Messages compared with files: whoever changes what people see changes a file, and sees it."""

import json
from pathlib import Path
from typing import Any

SNAPSHOTS = Path(__file__).parent / "snapshots"
# What a reader sees, of all that a message is made of.
SHOWN = ("content", "embeds", "components", "flags", "allowed_mentions", "message_reference")


class Snapshots:
    """Compares, or rewrites (`pytest --rewrite-snapshots`)."""

    def __init__(self, *, is_rewriting: bool) -> None:
        self._is_rewriting = is_rewriting

    def match(self, name: str, message: dict[str, Any]) -> None:
        """Whether the fake Discord was sent exactly this message."""
        shown = {key: message[key] for key in SHOWN if message.get(key)}
        path = SNAPSHOTS / f"{name}.json"
        if self._is_rewriting:
            SNAPSHOTS.mkdir(exist_ok=True)
            path.write_text(json.dumps(shown, indent=2, ensure_ascii=False) + "\n", "utf-8")
        assert shown == json.loads(path.read_text(encoding="utf-8"))
