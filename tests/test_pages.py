"""Markdown pages: links lead somewhere, the README leads to all of them, what they name exists."""

import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.client import Client

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCS = ROOT / "docs"
NOT_OURS = ("build", "var")
PAGES = [
    *ROOT.glob("*.md"),
    *(
        path
        for path in ROOT.glob("[a-z]*/**/*.md")
        if path.relative_to(ROOT).parts[0] not in NOT_OURS
    ),
]
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")


def links(page: Path) -> list[str]:
    """Where a page's links and pictures lead within this repository."""
    text = CODE.sub("", page.read_text(encoding="utf-8"))
    found = [first or second for first, second in LINK.findall(text)]
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def target(page: Path, link: str) -> tuple[Path, str]:
    """The file and the anchor of a link, as seen from its page."""
    path, _, anchor = unquote(link).partition("#")
    return (page.parent / path).resolve() if path else page, anchor


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to headings."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ +(.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_somewhere(page: Path, link: str) -> bool:
    """Whether the file is there, and in it the heading."""
    path, anchor = target(page, link)
    return path.exists() and (not anchor or anchor in anchors(path))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Files, folders, pictures, and headings within pages."""
    assert [link for link in links(page) if not leads_somewhere(page, link)] == []


def test_every_page_is_reached_from_the_readme() -> None:
    """No page that nobody finds, runbooks among them."""
    reached, waiting = {README}, [README]
    while waiting:
        page = waiting.pop()
        found = {target(page, link)[0] for link in links(page)} - reached
        new = {path for path in found if path.suffix == ".md"}
        reached |= new
        waiting += new

    assert set(DOCS.rglob("*.md")) - reached == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_is_to_be_typed_exists(page: Path) -> None:
    """Targets of make, and modules that are run."""
    text = page.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    targets = set(re.findall(r"(?:^|`)make(?: [A-Z_]+=\S+)* ([a-z]+)", text, re.MULTILINE))
    runs = re.findall(r"(\S*)python -m ([a-z_.]+[a-z_])", text)

    assert [name for name in targets if not re.search(rf"^{name}:", makefile, re.M)] == []
    assert [name for _, name in runs if find_spec(name) is None] == []
    assert [name for before, name in runs if not before.endswith(".venv/bin/")] == []


def test_calls_that_are_named_exist(api: Client) -> None:
    """Whatever begins with /api is described by the exporter."""
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)

    named = set(re.findall(r"/api/[a-z{}/]*[a-z}]", text.replace("/kalshi/", "/{venue}/")))

    assert len(named) > 10
    assert named <= set(api.get("/openapi.json")["paths"])


def test_the_readme_is_for_newcomers() -> None:
    """Depth has pages of its own."""
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 250
