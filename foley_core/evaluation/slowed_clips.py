"""Figures of onsets on real clips shown with ten pictures a second, as slow cameras would see them.

Each moment shows the picture that stood then in the clip; the others are left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from foley_core.evaluation.evaluate_onsets import TOLERANCES_S, pooled
from foley_core.evaluation.real_clips import RealClip, read_clips
from foley_core.evaluation.real_table import ListedClip
from foley_core.media.full_pictures import full_pictures
from foley_core.media.picture_encoder import encode_pictures
from foley_core.media.probe import probe
from foley_core.models.embedded.perception import Perception
from foley_core.types import U8, Progress

RATE = 10
"""Pictures a second."""


def evaluate_slowed(
    listed: Sequence[ListedClip], perception: Perception, progress: Progress
) -> dict[str, float]:
    """Return how well onsets are found in real clips of ten pictures a second.

    Returns:
        `real_onset_f1_50ms_at_10_a_second` and `…_100ms_…` of clips with complete lists, all pooled
        and of each table (its name at the end); and of clips of continuous sound
        `real_false_cues_per_minute_at_10_a_second`. What no clip can tell is absent.

    Raises:
        DecodeError: a clip cannot be read.
        CheckpointError: weights are missing or damaged.
    """
    judged = [one for one in listed if one.onset_list in ("complete", "continuous")]
    with TemporaryDirectory(prefix="foley-slowed-") as folder:
        slowed = [_slowed(one, Path(folder)) for one in judged]
        clips = read_clips(slowed, perception, progress)
    return _figures(clips)


def _figures(clips: Sequence[RealClip]) -> dict[str, float]:
    complete = [clip for clip in clips if clip.listed.onset_list == "complete"]
    continuous = [clip for clip in clips if clip.listed.onset_list == "continuous"]
    figures = dict[str, float]()
    tables = dict.fromkeys(clip.listed.table for clip in complete)
    for tolerance_s in TOLERANCES_S if complete else ():
        name = f"real_onset_f1_{round(1000 * tolerance_s)}ms_at_{RATE}_a_second"
        figures[name] = _f1(complete, tolerance_s)
        for table in tables:
            theirs = [clip for clip in complete if clip.listed.table == table]
            figures[f"{name}_{table}"] = _f1(theirs, tolerance_s)
    if continuous:
        minutes = sum(clip.seconds for clip in continuous) / 60.0
        false = sum(len(clip.strokes_s) for clip in continuous)
        figures[f"real_false_cues_per_minute_at_{RATE}_a_second"] = false / minutes
    return figures


def _f1(clips: Sequence[RealClip], tolerance_s: float) -> float:
    return pooled([(clip.found_s, clip.listed.onsets_s) for clip in clips], tolerance_s).f1


def _slowed(listed: ListedClip, folder: Path) -> ListedClip:
    """Return a clip with few pictures a second, written to a folder."""
    path = folder / f"{listed.name}.mp4"
    encode_pictures(path, _pictures(listed.path), Fraction(RATE))
    return replace(listed, path=path)


def _pictures(path: Path) -> Iterator[U8]:
    """Yield the picture on screen at each tenth of a second, with even sides."""
    with path.open("rb") as file:
        info = probe(file, str(path))
        number, shown = 0, None
        for time_s, picture in full_pictures(file, str(path), info, Fraction(0), info.duration_s):
            while shown is not None and number / RATE < time_s:
                yield shown
                number += 1
            height, width = picture.shape[:2]
            shown = picture[: height // 2 * 2, : width // 2 * 2]
        while shown is not None and number / RATE < info.duration_s:
            yield shown
            number += 1
