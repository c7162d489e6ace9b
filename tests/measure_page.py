"""Measures the page in Chromium: picture against sound, and from an edit until it is heard.

    PYTHONPATH=. python tests/measure_page.py [a video]

Not a test: it prints figures, which other work on the machine changes. A service with the light
tier makes the soundtrack of a video, or of a rendered clip of 12 s, in this process, so that its
stages can be timed. The last line is JSON. Seconds of the wall clock stand beside CPU seconds of
this process.
"""

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import reviewed
import videos
from stub_service import BEARER, TOKEN, StubService, behind_server

from pipelines import run
from pipelines.corrections import correct
from pipelines.service import here_performer, page_routes
from pipelines.service.app import make_app
from pipelines.service.here_performer import HerePerformer
from pipelines.service.soundtrack_service import SoundtrackService
from pipelines.stage_arguments import keep_models
from pipelines.stages.generate import Generate
from pipelines.stages.mix import Mix

STAGES: tuple[tuple[Any, str], ...] = (
    (HerePerformer, "perform"),
    (here_performer, "apply_corrections"),
    (correct, "seen_videos"),
    (correct, "keep_versions"),
    (correct, "append"),
    (correct, "keep_lessons"),
    (correct, "run_catalogue"),
    (run, "resolve_job"),
    (run, "settle"),
    (run, "planned"),
    (Generate, "make_ahead"),
    (Generate, "work"),
    (Mix, "process"),
    (run, "compact"),
    (HerePerformer, "_outcome"),
    (page_routes, "rewrite_videos"),
)
"""Functions whose time is told, those of which others are parts before them."""
SAMPLE = """async (wanted) => {
  const { player, picture } = foley.view;
  const found = [];
  const begun = performance.now();
  while (performance.now() - begun < wanted * 1000) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const clock = player.clock;
    if (!clock || picture.video.seeking) continue;
    const late = picture.video.currentTime - picture.start - clock.currentTime;
    found.push([(performance.now() - begun) / 1000, late * 1000]);
  }
  return found;
}"""
HEARD = """async () => {
  const { player } = foley.view;
  const begun = performance.now();
  const former = player.sounds.get("track");
  document.getElementById("apply").click();
  let posted = 0;
  while (performance.now() - begun < 60000) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const all = performance.getEntriesByType("resource");
    const told = all.findLast((one) => one.name.endsWith("/corrections"));
    if (told && !posted) posted = told.responseEnd - begun;
    const now = player.sounds.get("track");
    if (now && now !== former && now.readyState >= 3) break;
  }
  return { answered_s: posted / 1000, heard_s: (performance.now() - begun) / 1000 };
}"""


def title(place: Any, name: str) -> str:
    """Return the name of a stage: of the module or class, and of its function."""
    return f"{place.__name__.rpartition('.')[2]}.{name}"


class Timed:
    """Wall and CPU seconds of functions, by name."""

    def __init__(self) -> None:
        self.wall: Counter[str] = Counter()
        self.cpu: Counter[str] = Counter()

    def watch(self, place: Any, name: str) -> None:
        """Have a function tell its time."""
        function: Callable[..., Any] = getattr(place, name)
        told = title(place, name)

        @wraps(function)
        def timed(*given: Any, **named: Any) -> Any:
            wall, cpu = time.monotonic(), time.process_time()
            try:
                return function(*given, **named)
            finally:
                self.wall[told] += time.monotonic() - wall
                self.cpu[told] += time.process_time() - cpu

        setattr(place, name, timed)


def main(video: Path | None) -> None:
    """Make a soundtrack, look at it in a browser, correct it; print figures."""
    keep_models()
    timed = Timed()
    for place, name in STAGES:
        timed.watch(place, name)
    with (
        tempfile.TemporaryDirectory(prefix="foley-page-") as name,
        reviewed.chromium() as browser,
        soundtrack(Path(name), video or videos.render(Path(name) / "clip.mp4", 12)) as address,
    ):
        page = browser.new_context(locale="en-US", extra_http_headers=BEARER).new_page()
        page.goto(address)
        page.locator("#rows a").first.click()
        page.wait_for_selector(".cue")
        figures = {"in_sync": in_sync(page), "edits": edits(page, timed)}
    print(json.dumps(figures))


@contextmanager
def soundtrack(folder: Path, video: Path) -> Iterator[str]:
    """The address of the page of a soundtrack that was made, within the block."""
    one = StubService(folder, tier="light", correction_wait_s=120.0)
    one.service = SoundtrackService(one.settings, [HerePerformer(one.settings)])
    with behind_server(make_app(one.service, TOKEN)) as address:
        one.service.reserve()
        asked = {"stems": True, "muxed": True, "prompt": "a door slams"}
        with video.open("rb") as file:
            made, _ = one.service.accept(asked, file, video.name)
        while (state := one.service.state(made)) is None or state["status"] != "ok":
            time.sleep(0.2)
        yield f"{address}/soundtracks/{made}/page/review/index.html"


def in_sync(page: Any) -> dict[str, dict[str, float]]:
    """Distance of the picture from the sound, in ms, in the first second and later."""
    seconds = float(page.evaluate("foley.view.player.duration"))
    steps = {
        "play": "foley.view.player.seek(0); foley.view.player.play(1)",
        "seek": f"foley.view.player.seek({seconds / 8})",
        "pause and play": "foley.view.player.pause(); foley.view.player.play(1)",
        "twice as fast": "foley.view.player.seek(0); foley.view.player.play(2)",
    }
    found = {}
    for name, step in steps.items():
        page.evaluate(f"() => {{ {step} }}")
        late = page.evaluate(f"({SAMPLE})({min(10, seconds * 0.4)})")
        first = [abs(ms) for at, ms in late if at < 1] or [0.0]
        later = sorted(abs(ms) for at, ms in late if at >= 1) or [0.0]
        found[name] = {
            "looks": len(late),
            "first_second_ms": round(max(first), 1),
            "later_median_ms": round(later[len(later) // 2], 1),
            "later_most_ms": round(later[-1], 1),
        }
        print(f"{name:<16}{found[name]}")
    page.evaluate("foley.view.player.pause()")
    return found


def edits(page: Any, timed: Timed, count: int = 3) -> list[dict[str, Any]]:
    """Seconds from the click on Apply until the new track can be played, and of the stages."""
    page.get_by_role("tab", name="Corrections").click()
    page.get_by_label("Your name").fill("bo")
    found = []
    for number in range(count):
        timed.wall.clear()
        timed.cpu.clear()
        page.evaluate("() => { performance.clearResourceTimings(); foley.view.addCue(); }")
        cpu = time.process_time()
        one = page.evaluate(f"({HEARD})()")
        one |= {"cpu_s": time.process_time() - cpu}
        names = [title(*stage) for stage in STAGES]
        stages = {name: [timed.wall[name], timed.cpu[name]] for name in names}
        found.append({**one, "stages": stages})
        print(f"edit {number + 1}: {one}")
        for name, (wall, used) in stages.items():
            print(f"    {name:<34}{wall:8.3f} s wall{used:8.3f} s CPU")
        page.evaluate(f"() => foley.view.player.seek({0.4 * (number + 1)})")
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
