"""Two commands beside each other on one output, in six pairings: every row stays true.

And jobs that start in the same second, each with an output and a cluster of its own.
"""

import csv
import io
from pathlib import Path

from jobs import FOLEY

from faults.counted import NOTHING, Counts
from faults.scene import FEATURE, TRACK, Attempt, Scene, scene

STARTS = 6


def pairs(folder: Path) -> dict[str, Counts]:
    """All on one catalogue, one pairing after another."""
    of = scene(folder / "pairs")
    tiers, ends = ("--tier", "full"), ("--region", "nordic-coast")
    _beside(of, of.start(), FEATURE, lambda: of.start())
    _beside(of, of.start("--tier", "light"), TRACK, lambda: of.start(*tiers))
    _beside(of, of.start("--region", "india-city"), FEATURE, lambda: of.start(*ends))
    correct = [*FOLEY, "correct", str(_corrections(of)), "-o", of.catalogue.output]
    _beside(of, of.start("--tier", "light"), TRACK, lambda: of.start(command=correct))
    first = of.start()
    second = of.start("--tier", "light")
    of.tried()
    of.end(first, 0)
    of.end(second, 0)
    of.run()
    of.judge((*of.regions, "india-city", "nordic-coast"))
    purge = [*FOLEY, "purge", of.videos[0], "-o", of.catalogue.output, "--yes"]
    _beside(of, of.start("--tier", "light"), TRACK, lambda: of.start(command=purge))
    rest = [name for name in of.videos if name != of.videos[0]]
    of.judge(videos=rest)
    return {"two commands at once": of.counts, "jobs that start at once": _at_once(folder)}


def _at_once(folder: Path) -> Counts:
    """Start some jobs in the same second."""
    scenes = [scene(folder / f"start-{n}", 1, 'tier = "light"\n') for n in range(STARTS)]
    attempts = [one.start() for one in scenes]
    for one, attempt in zip(scenes, attempts, strict=True):
        one.tried()
        one.end(attempt, 0)
        one.judge()
    return sum((one.counts for one in scenes), NOTHING)


def _beside(of: Scene, first: Attempt, moment: str, second: object) -> None:
    first.wait_for(moment)
    assert callable(second)
    beside: Attempt = second()
    of.tried()
    of.end(first, 0)
    of.end(beside, 0)


def _corrections(of: Scene) -> Path:
    """A file that adds a sound to the second video."""
    path = of.catalogue.folder / "corrections.csv"
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["video_id", "op", "sound_class", "time", "end", "by"])
    writer.writerow([of.videos[1], "add", "tap", "0.2", "0.5", "faults"])
    path.write_text(text.getvalue())
    return path
