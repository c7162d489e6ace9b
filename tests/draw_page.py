"""Draws the picture of the page in README.md, of a rendered sample video.

`foley one` with `--region japan --mux --stems` on the sample `street_walk`, then `foley review`,
make the output: `PYTHONPATH=.:tests python tests/draw_page.py OUTPUT`.
"""

import io
import sys
from pathlib import Path

import reviewed
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pipelines.evaluation.draw_sample import weights_digest

PICTURE = Path(__file__).parents[1] / "pipelines" / "pictures" / "review_page.png"
COLOURS = 128


def draw(output: Path) -> None:
    """Take the picture, with the colours that keep it small."""
    with reviewed.chromium() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
        page = context.new_page()
        page.goto(f"{output.absolute().as_uri()}/review/index.html")
        page.locator("#rows a", has_text="street_walk").first.click()
        page.wait_for_selector(".cue")
        for key in "nnnns":
            page.keyboard.press(key)
        page.wait_for_timeout(2000)
        shot = Image.open(io.BytesIO(page.screenshot()))
    told = PngInfo()
    told.add_text("Source", weights_digest())
    small = shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(PICTURE, optimize=True, pnginfo=told)
    print(f"{PICTURE.stat().st_size} bytes")


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
