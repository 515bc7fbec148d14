"""The README and the page of settings say what is there: scenarios, variables, an example."""

import re

from arbwatch.demo.scenarios import HEALTHY, SCENARIOS
from stack.settings import ROOT, StackSettings

README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
ENV_EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")

EXAMPLES = dict(re.findall(r"^#([A-Z_]+)=(.*)$", ENV_EXAMPLE, re.MULTILINE))


def find_section(title: str) -> str:
    """The text under a heading, up to the next heading of any level."""
    return re.split(r"^#+ ", README.split(f"# {title}\n")[1], flags=re.MULTILINE)[0]


def test_every_setting_and_its_default_stand_in_the_table() -> None:
    """`.env.example` and docs/settings.md know the same variables with the same values."""
    for name, default in EXAMPLES.items():
        assert f"`{name}`" in SETTINGS
        assert not default or f"`{default}`" in SETTINGS


def test_every_setting_of_the_stack_is_in_the_example() -> None:
    """What `make up` reads can be found by a user."""
    names = {name.upper() for name in StackSettings.model_fields}

    assert names <= set(EXAMPLES)


def test_the_scenarios_are_those_of_the_demo() -> None:
    """No scenario is missing, none is made up."""
    named = re.findall(r"^\| `([a-z-]+)` \|", find_section("Scenarios of the demo"), re.MULTILINE)

    assert sorted(named) == sorted([HEALTHY.name, *SCENARIOS])


def test_the_python_example_is_short_and_compiles() -> None:
    """What is copied from here into an engine runs."""
    example = README.split("```python\n")[1].split("```")[0]

    compile(example, "README.md", "exec")

    assert len(example.splitlines()) < 30
