"""The two pictures of the README, taken in a headless Chromium: ``python -m tests.pictures [DATA]``, or ``make pictures DATA=…``.

The first shows the comparison of regions in one year, or the series of an indicator where the warehouse has one region only; the
second a document with a number chosen. Neither needs a network.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.browser import Page, browser, chromium

FOLDER = Path(__file__).parents[1] / "warehouse/assets/pictures"
WIDTH, HEIGHT = 1100, 620
CHOICE = "[...document.querySelectorAll('#text .num.metric')].find(mark => /亿元/.test(mark.textContent))"


def main(arguments: list[str]) -> int:
    """Take the pictures from the published site of a data folder (``data`` where none is named); the exit code."""
    site = Path(arguments[0] if arguments else "data") / "site"
    if not (site / "index.html").exists():
        sys.stderr.write(f"there is no site in {site}; make one with: baogao run\n")
        return 1
    if chromium() is None:
        sys.stderr.write("no Chromium is installed; BAOGAO_CHROMIUM names one\n")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile, browser(Path(profile), "en-US") as page:
        page.size(WIDTH, HEIGHT)
        _chart(page, site)
        _document(page, site)
    return 0


def _chart(page: Page, site: Path) -> None:
    page.open(site / "compare.html", "#i=gdp&m=growth_rate%7Cpercent")
    page.until("document.querySelectorAll('#chart svg').length > 0")
    page.picture(FOLDER / "compare.png")


def _document(page: Page, site: Path) -> None:
    text = (site / "data/documents.js").read_text(encoding="utf8")
    found = json.loads(text[text.index(",") + 1 : -3])
    at = next((i for i, path in enumerate(found["path"]) if "miyun_2023" in path), 0)
    page.open(site / "document.html", f"?id={found['id'][at]}&year={found['year'][at]}")
    page.until(f"{CHOICE} !== undefined")
    page.run(f"{CHOICE}.click(); {CHOICE}.scrollIntoView({{block: 'center'}})")
    page.until("document.querySelector('.num.on') !== null")
    page.picture(FOLDER / "document.png")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
