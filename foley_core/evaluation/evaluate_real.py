"""Figures of perception on real clips: names, beds, onsets, and how far its confidence is right."""

from collections.abc import Sequence

from foley_core.evaluation.evaluate_names import judged_clips, name_figures
from foley_core.evaluation.evaluate_onsets import onset_figures
from foley_core.evaluation.name_guesses import guess_figures
from foley_core.evaluation.real_clips import RealClip
from foley_core.evaluation.reliability import reliability_bins, reliability_figures


def evaluate_real(clips: Sequence[RealClip], seed: int = 0) -> dict[str, float]:
    """Return figures of all clips together, of baselines, and of names in each table.

    Returns:
        Those of `name_figures`, `guess_figures`, `reliability_figures` and `onset_figures`; those
        of `name_figures` once more for each table, with its name at the end.
    """
    known = judged_clips(clips)
    figures = name_figures(known) | guess_figures(clips)
    for table in dict.fromkeys(clip.listed.table for clip in clips):
        theirs = [clip for clip in clips if clip.listed.table == table]
        figures |= name_figures(judged_clips(theirs), f"_{table}")
    figures |= reliability_figures(reliability_bins(known))
    return figures | onset_figures(clips, seed)
