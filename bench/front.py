"""How quick are our pages? `python -m bench.front`: from the front page to the first shot, and the biggest page, in a browser.

A production is drawn when its first row can be seen, a shot when its tasks can. Bytes are what came over the network, compressed
where it was; milliseconds from the click. The first visit has nothing in its cache, the others have the files of the pages.
"""

import argparse
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright

from bench import serving, studios
from bench.visitors import EMAIL, PASSWORD

LIMIT = 1000.0
"""Milliseconds within which the biggest page is to be there."""
ROW, TASK = ".grid tbody a", ".task h2"


class Step(NamedTuple):
    milliseconds: float
    size: int


def main() -> int:
    parser = argparse.ArgumentParser(
        "bench.front", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", choices=("small", "medium", "large"), default="medium")
    parser.add_argument("--studio", type=Path, help="a dump of a studio of your own")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("There is no chromium here: apt-get install chromium")
    found: dict[str, list[Step]] = {}
    with (
        studios.copy("sqlite", asked.studio or studios.dump(asked.scale)) as settings,
        serving.serve(settings) as served,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for _ in range(asked.rounds):
            page = browser.new_context(base_url=served.url).new_page()
            for name, step in visit(page):
                found.setdefault(name, []).append(step)
            page.context.close()
        browser.close()
    biggest = max((name for name in found if "shots" in name), key=lambda name: found[name][0].size)
    print(f"{'':32}{'median ms':>11}{'slowest':>11}{'bytes':>13}")
    for name, steps in found.items():
        times = [step.milliseconds for step in steps]
        print(f"{name:32}{statistics.median(times):11.0f}{max(times):11.0f}{steps[-1].size:13,}")
    took = statistics.median(step.milliseconds for step in found[biggest])
    print(f"the biggest page: limit {LIMIT:.0f} ms{' OVER' * (took > LIMIT)}")
    return took > LIMIT


def visit(page: Page) -> list[tuple[str, Step]]:
    """A way from the front page to a shot, and to the assets of the same production."""
    came = [0]
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: came.__setitem__(0, came[0] + int(event["encodedDataLength"])))

    def timed(act: Callable[[], object], until: str) -> Step:
        page.wait_for_load_state("networkidle")
        came[0] = 0
        started = time.perf_counter()
        act()
        page.wait_for_selector(until)
        took = (time.perf_counter() - started) * 1000
        page.wait_for_load_state("networkidle")
        return Step(took, came[0])

    def sign_in() -> None:
        page.fill("[name=email]", EMAIL)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")

    steps = [("the front page, a first visit", timed(lambda: page.goto("/"), "[name=email]"))]
    steps.append(("signing in", timed(sign_in, ".productions a")))
    steps.append(("the front page again", timed(page.reload, ".productions a")))
    names = page.locator(".productions a")
    main = next((at for at in range(names.count()) if "Main" in names.nth(at).inner_text()), 0)
    steps.append(("a production, its shots", timed(names.nth(main).click, ROW)))
    steps.append(("its first shot", timed(page.locator(ROW).first.click, TASK)))
    steps.append(("back to the shots", timed(lambda: page.evaluate("history.back()"), ROW)))
    steps.append(("its assets", timed(page.locator(".tabs a").nth(1).click, f"{ROW}[href*=assets]")))
    return steps


if __name__ == "__main__":
    sys.exit(main())
