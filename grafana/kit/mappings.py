"""Value mappings: what a number means, in words and in a colour."""

from typing import Any

Mappings = list[dict[str, Any]]


def states(*names: tuple[float, str, str]) -> Mappings:
    """Value mappings: a value, its word and its colour."""
    options = {
        f"{value:g}": {"index": index, "text": text, "color": colour}
        for index, (value, text, colour) in enumerate(names)
    }
    return [{"type": "value", "options": options}]


def null_as(text: str) -> Mappings:
    """A value mapping of what is absent."""
    return [{"type": "special", "options": {"match": "null", "result": {"index": 0, "text": text}}}]


def words(names: dict[str, str]) -> Mappings:
    """Value mappings of texts: what a reader sees for each."""
    options = {
        name: {"index": index, "text": text} for index, (name, text) in enumerate(names.items())
    }
    return [{"type": "value", "options": options}]


def states_by_name(*names: tuple[str, str, str]) -> Mappings:
    """Value mappings of texts: a text, its word and its colour."""
    options = {
        value: {"index": index, "text": text, "color": colour}
        for index, (value, text, colour) in enumerate(names)
    }
    return [{"type": "value", "options": options}]
