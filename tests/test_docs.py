"""What the code refers to is in the repository, and the pages of docs/ refer to what is there."""

import re
from pathlib import Path

import pytest

from kitsulite.areas import ROOMS

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
SOURCES = sorted([*(ROOT / "kitsulite").rglob("*.py"), *(ROOT / "tests").rglob("*.py")])


def test_docstrings_refer_to_pages_that_are_here() -> None:
    cited = {page for source in SOURCES for page in re.findall(r"docs/[\w/-]+\.md", source.read_text())}

    assert cited
    assert not {page for page in cited if not (ROOT / page).exists()}


def test_no_docstring_refers_to_a_paper_that_is_not_here() -> None:
    elsewhere = re.compile(r"\(contract \d|\bDESIGN" + r"\.md")

    assert not [str(source) for source in SOURCES if elsewhere.search(source.read_text())]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([\w./-]+\.md)\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_every_page_of_the_api_is_in_its_table_of_contents() -> None:
    contents = (ROOT / "docs/api/README.md").read_text()

    assert not [
        page.name
        for page in PAGES
        if page.parent.name == "api" and f"]({page.name})" not in contents and page.stem != "README"
    ]


def test_the_page_on_the_house_tells_of_every_room() -> None:
    architecture = (ROOT / "docs/architecture.md").read_text()
    rooms = {path.parent.name for path in (ROOT / "kitsulite").glob("*/__init__.py")} | set(ROOMS)

    assert not [room for room in rooms if f"`{room}`" not in architecture and f"{room}/" not in architecture]
