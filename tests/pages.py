"""Our pages in a real browser: Debian's Chromium, driven by playwright.

    with Tab(chromium, served(studio.app)) as tab:
        tab.open("/")

Whatever a page complains of fails its test: errors of scripts, what its policy forbids, and answers that were not said to be
refused (`refused`).
"""

import re
import time
from collections.abc import Iterator
from typing import Any

import programs
import pytest
from playwright.sync_api import Browser, Page, Response, sync_playwright

PATIENCE = 10_000
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a module: while it is driven, no other loop can run in this thread."""
    path = programs.needed("chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


class Tab:
    """A tab of a browser that nobody used before.

    page     as playwright drives it
    clicks   how often somebody clicked
    refused  statuses of the answers that were no success
    """

    def __init__(self, browser: Browser, site: str, **options: Any) -> None:
        self.site = site
        self.context = browser.new_context(**{"locale": "en-US", "base_url": site, **options})
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.clicks = 0
        self.refused: list[int] = []
        self.asked: list[str] = []
        self.referrers: set[str] = set()
        self.problems: list[str] = []
        self.page.on("console", lambda said: self._note(said.type, said.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("dialog", lambda dialog: self.problems.append(f"a dialog: {dialog.message}"))
        self.page.on("response", self._look_at)

    def __enter__(self) -> "Tab":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.context.close()
        if kind is None:
            assert self.problems == []
            assert {address for address in self.referrers if address} == set()

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not text.startswith("Failed to load resource"):
            self.problems.append(text)

    def _look_at(self, response: Response) -> None:
        self.asked.append(response.request.url)
        self.referrers.add(response.request.headers.get("referer", ""))
        if response.status >= 400:
            self.refused.append(response.status)

    def open(self, path: str) -> None:
        self.page.goto(path)
        self.settle()

    def settle(self) -> None:
        """Wait until a page is drawn."""
        self.page.wait_for_selector("main:not([aria-busy]) h1")

    def click(self, what: str) -> None:
        self.clicks += 1
        self.page.click(what)

    def fill(self, **fields: str) -> None:
        for name, text in fields.items():
            self.page.fill(f"[name={name}]", text)

    def submit(self, **fields: str) -> None:
        self.fill(**fields)
        self.page.keyboard.press("Enter")

    def sign_in(self, email: str, password: str) -> None:
        self.submit(email=email, password=password)
        self.page.wait_for_selector("text=Sign out")
        self.settle()

    def sees(self, text: str) -> None:
        """Wait until a text is there to be read."""
        self.page.get_by_text(text, exact=False).first.wait_for(state="visible")

    def until(self, holds: str) -> None:
        """Wait until an expression holds. Playwright's own waiting needs what the policy of the pages forbids."""
        late = time.monotonic() + PATIENCE / 1000
        while not self.page.evaluate(holds):
            assert time.monotonic() < late, holds
            self.page.wait_for_timeout(30)

    @property
    def text(self) -> str:
        return self.page.inner_text("body")

    @property
    def path(self) -> str:
        return re.sub(r"^https?://[^/]+", "", self.page.url)

    @property
    def focused(self) -> str:
        """What has the focus: its name, else its text."""
        return str(self.page.evaluate("document.activeElement.name || document.activeElement.innerText"))
