"""Writes docs/alerts.md: every alert of the rules, in the words that its card has.

Run by `make alerts`; a test compares the page with the rules.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "alerts.md"

# By topic, in the order of the page: its heading, and what an alert of it is about.
TOPICS = {
    "risk": ("Money at risk", "What was lost, and what is open."),
    "feed": ("Feeds", "How old what the engine sees is, and whether it comes at all."),
    "venue": ("Venues", "Whether a venue answers the engine."),
    "execution": ("Execution", "Whether both legs fill in time, and what is left of the edge."),
    "objectives": (
        "Objectives",
        "Whether what may fail now and then fails more often than was agreed.",
    ),
    "control": ("Control", "Whether what was ordered is a fact."),
    "pipeline": ("The pipeline", "Whether all of this would be told."),
}

HEAD = """# Alerts

Made by `make alerts` from `prometheus/rules`: what stands here is what is in force.

*Critical* rings until somebody takes it; a *warning* does not. **Halts** means that the bot halts
the venue which the alert names, or every venue where it names none, once for each time it begins.
`names like this` are limits of [limits.yml](../limits.yml), which is where they are changed.
*After* is how long it must be so before it is told; *holds* is how much longer it goes on when it
is so no more: for values that go up and down, and for restarts. An alert leads to its runbook:
what it means, where to look, what to do, when to wake whom.

[delivery.md](delivery.md) says when each is told and what is held back, [control.md](control.md)
what a halt is, and [drill.md](drill.md) how each is brought about once.
"""

# A number, a label or a limit in a description. What is shown of a query's answer ends with `end`.
LIMIT = re.compile(r"\{\{ range [^}]*\blimit='(\w+)'.*?\{\{ end \}\}")
OTHER_ANSWER = re.compile(r"\{\{ range .*?\{\{ end \}\}")
LABEL = re.compile(r"\{\{ \$labels\.(\w+) \}\}")
VALUE = re.compile(r"\{\{ \$value[^}]*\}\}")


def render(rules: Path = ROOT / "prometheus" / "rules") -> str:
    """The page."""
    alerts = [
        rule
        for path in sorted(rules.glob("*.yml"))
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
        if "alert" in rule
    ]
    parts = [
        part
        for topic, (heading, about) in TOPICS.items()
        for part in (f"## {heading}\n\n{about}\n", _table(alerts, topic))
    ]
    return "\n".join([HEAD, *parts])


def _table(alerts: list[dict[str, Any]], topic: str) -> str:
    rows = [_row(alert) for alert in alerts if alert["labels"]["topic"] == topic]
    head = ["| Alert | Severity | It says | After | Holds |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def _row(alert: dict[str, Any]) -> str:
    notes, labels = alert["annotations"], alert["labels"]
    runbook = notes["runbook_url"].removeprefix("docs/")
    halts = ", **halts**" if labels.get("action") == "halt" else ""
    cells = (
        f"[{alert['alert']}]({runbook})",
        labels["severity"] + halts,
        f"**{notes['summary']}.** {in_words(notes['description'])}",
        alert.get("for", "at once"),
        alert.get("keep_firing_for", ""),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def in_words(description: str) -> str:
    """The first sentence of a description, with the names of what is filled in.

    Raises:
        ValueError: something is filled in that is no value, label or answer to a query.
    """
    text = LIMIT.sub(r"`\1`", description)
    text = VALUE.sub("*n*", LABEL.sub(r"*\1*", OTHER_ANSWER.sub("*n*", text)))
    sentence = next(_sentences(text))
    if "{{" in sentence:
        raise ValueError(f"cannot be said without its alert: {sentence}")
    return sentence


def _sentences(text: str) -> Iterator[str]:
    yield from re.split(r"(?<=\.)\s+(?=[A-Z{*])", text.strip())


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
