"""Take the pictures of the tutorial from the real pages: `python docs/screenshots.py`.

Plays `docs/tutorials/twelve-months.md` on a `pipeweave dev` of its own, as its test does, and opens
the pages in a headless chromium at the moments that the text is about. Takes some five minutes.
"""

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from pipeweave_dagster_tests.servers.browser import opened_browser  # noqa: E402
from pipeweave_dagster_tests.servers.landing import LandingZone  # noqa: E402
from pipeweave_dagster_tests.servers.mailbox import http_mailbox  # noqa: E402
from pipeweave_dagster_tests.servers.tutorial import Block, play, settings_of  # noqa: E402
from pipeweave_dagster_tests.servers.workbench import Dev, pipeweave_dev  # noqa: E402

PAGE = ROOT / "docs" / "tutorials" / "twelve-months.md"
PICTURES = ROOT / "docs" / "images" / "twelve-months"
NAME = "flights"
_SIZE = {"width": 1100, "height": 700}
_COLOURS = 64


class Camera:
    """A browser that looks at the pages of a `pipeweave dev`."""

    def __init__(self, browser: Any, dev: Dev) -> None:
        self.dev = dev
        self._page = browser.new_page(viewport=_SIZE)
        self._page.set_default_timeout(60_000)

    def drift(self) -> None:
        """The part of the data set's page with the batch that has drifted."""
        self._page.goto(f"{self.dev.pages}/datasets/{NAME}")
        self._take("drift", "h2:text-is('Drift') + .panel")

    def dagster(self) -> None:
        """The failed check in Dagster."""
        path = f"/assets/drift?view=checks&checkDetail=columns_are_stable&partition={NAME}"
        self._page.goto(self.dev.dagster + path)
        self._page.get_by_text("columns_are_stable").first.wait_for()
        self._page.get_by_text("origin").first.wait_for()
        self._take("dagster")

    def moves(self) -> None:
        """The moves of the alias."""
        self._page.goto(f"{self.dev.pages}/datasets/{NAME}")
        heading = self._page.locator("h3:text-is('Retraining')")
        heading.evaluate("e => window.scrollTo(0, e.getBoundingClientRect().top - 20)")
        self._take("moves")

    def overview(self) -> None:
        """All data sets."""
        self._page.goto(f"{self.dev.pages}/overview")
        self._take("overview")

    def batches(self) -> None:
        """The performance over time."""
        self._page.goto(f"{self.dev.pages}/datasets/{NAME}")
        self._take("batches", "h2:text-is('Batches') + .panel")

    def _take(self, name: str, part: str = "") -> None:
        """Take a picture of the window, or of a part of the page; few colours make it small."""
        self._page.wait_for_load_state("networkidle")
        target = self._page.locator(part).first if part else self._page
        data = io.BytesIO(target.screenshot())
        picture = Image.open(data).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        PICTURES.mkdir(exist_ok=True)
        picture.save(PICTURES / f"{name}.png", optimize=True)


def main() -> None:
    """Play the tutorial, and take each picture where its page mentions it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as desk,
        http_mailbox() as box,
        opened_browser() as browser,
        pipeweave_dev({**settings_of(PAGE), "PIPEWEAVE_ALERT_OPS": box.url}, Path(folder)) as dev,
    ):
        camera = Camera(browser, dev)

        def after(block: Block) -> None:
            for heading, command, pictures in MOMENTS:
                if block.heading.startswith(heading) and command in block.commands:
                    for take in pictures:
                        take(camera)

        play(PAGE, LandingZone(dev), NAME, Path(desk), seconds=600, after=after)


MOMENTS: list[tuple[str, str, list[Callable[[Camera], None]]]] = [
    ("May", "schedule ls", [Camera.drift, Camera.dagster]),
    ("August", "models history", [Camera.moves]),
    ("December", "monitor", [Camera.batches, Camera.overview]),
]
"""Heading, command after which pictures are taken, and which."""

if __name__ == "__main__":
    main()
