"""Pictures of real clips for the report: onsets on time lines, and the reliability curve."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from foley_core.evaluation.real_clips import RealClip
from foley_core.evaluation.reliability import ReliabilityBin
from pipelines.evaluation.pictures import saved
from pipelines.evaluation.report import Picture

_TRUE, _FOUND, _PEAKS = "#1b7837", "#b2182b", "#4d6f94"


def onsets_picture(clips: Sequence[RealClip], out: Path) -> Picture:
    """Draw onsets of the clips that have a list: true ones, found ones, and the peak-picker's."""
    listed = [clip for clip in clips if clip.listed.onset_list in ("complete", "partial")]
    figure = Figure(figsize=(10, 1.0 + 0.42 * len(listed)), layout="constrained")
    axes = figure.subplots()
    for row, clip in enumerate(listed):
        axes.plot([0, clip.seconds], [row, row], color="#dddddd", linewidth=0.8)
        lanes = (
            (clip.listed.onsets_s, _TRUE),
            (clip.found_s, _FOUND),
            (clip.peaks_s, _PEAKS),
        )
        for lane, (times_s, colour) in enumerate(lanes):
            middle = row + 0.26 * (lane - 1)
            axes.vlines(times_s, middle - 0.11, middle + 0.11, color=colour, linewidth=1.6)
    axes.set_yticks(range(len(listed)), [clip.listed.name for clip in listed], fontsize=8)
    axes.set_ylim(len(listed) - 0.4, -0.6)
    axes.set_xlabel("seconds")
    for colour, label in ((_TRUE, "true"), (_FOUND, "found"), (_PEAKS, "peaks")):
        axes.plot([], [], color=colour, label=label)
    figure.legend(fontsize=8, ncols=3, loc="outside upper right")
    caption = "Real clips: onsets of the true track, those found, and peaks of motion alone."
    return saved(figure, out / "real_onsets.png", caption)


def reliability_picture(bins: Sequence[ReliabilityBin], out: Path) -> Picture:
    """Draw the share of rightly named cues over their confidence, and how many cues there are."""
    figure = Figure(figsize=(6.4, 5.6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3.2, 1.0))
    said = [one.confidence for one in bins]
    above.plot([0, 1], [0, 1], color="#999999", linewidth=0.9, linestyle="--")
    above.plot(said, [one.right for one in bins], "o-", color=_TRUE, label="right")
    near = [one.right_or_near for one in bins]
    above.plot(said, near, "s-", color="#c98a00", label="right or near")
    above.set_ylim(-0.03, 1.03)
    above.set_ylabel("share of cues, clips weighing the same")
    above.legend(fontsize=9, loc="upper left")
    middles = [(one.low + one.high) / 2 for one in bins]
    below.bar(middles, [one.cues for one in bins], width=0.09, color=_PEAKS)
    for middle, one in zip(middles, bins, strict=True):
        below.annotate(
            str(one.cues), (middle, one.cues), (0, 2), textcoords="offset points", ha="center",
            fontsize=8,
        )  # fmt: skip
    below.set_ylim(0, 1.25 * max((one.cues for one in bins), default=1))
    below.set_xlim(0, 1)
    below.set_ylabel("cues")
    below.set_xlabel("confidence")
    caption = (
        "Names on real clips: share of cues that are right over the confidence they were given. On "
        "the dashed line confidence says what it should."
    )
    return saved(figure, out / "real_reliability.png", caption)
