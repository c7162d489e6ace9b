"""Onsets of the reader of contacts on real clips, as `left_out_sources` judges them.

The reader holds several trainings, so the weights of the package alone tell how much trainings
differ. What the reader alone says is judged: neither the blending with the head nor the choice of
what can sound is in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from foley_core.evaluation.left_out_sources import OnsetCurves, leave_one_source_out
from foley_core.evaluation.real_clips import RealClip
from foley_core.models.embedded.contact_onsets import ContactOnsets
from foley_core.models.embedded.filmed_onsets import FilmedOnsets
from foley_core.timebase import MOTION_RATE

# Steps a second of the curves: onsets lie between motion steps.
_CURVE_RATE = 200


def left_out_figures(clips: Iterable[RealClip], reader: FilmedOnsets) -> dict[str, float]:
    """Return the figures of `LeftOutOnsets`, and the F1 of all trainings together (`_together`).

    Nothing is returned where the clips with complete lists are of fewer than two sources.
    """
    seen = [clip for clip in clips if clip.features]
    complete = [clip for clip in seen if clip.listed.onset_list == "complete"]
    if len({clip.listed.source for clip in complete}) < 2:
        return {}
    continuous = [clip for clip in seen if clip.listed.onset_list == "continuous"]
    judged = [contact_curves(clip, reader) for clip in complete]
    lasting = [contact_curves(clip, reader) for clip in continuous]
    apart = leave_one_source_out([one for one, _ in judged], continuous=[one for one, _ in lasting])
    together = leave_one_source_out(
        [both for _, both in judged], continuous=[both for _, both in lasting]
    )
    return apart.figures | {
        "real_onset_f1_50ms_left_out_together": together.f1_50ms[0],
        "real_onset_f1_100ms_left_out_together": together.f1_100ms[0],
    }


def contact_curves(clip: RealClip, reader: FilmedOnsets) -> tuple[OnsetCurves, OnsetCurves]:
    """Return the curves of a clip by each training, and that of all trainings together."""
    apart = reader.onsets_by_training(clip.features)
    together = reader.onsets(clip.features, replace(reader.usual, lag_s=0.0))
    return _curves(clip, apart), _curves(clip, [together])


def _curves(clip: RealClip, found: Sequence[ContactOnsets]) -> OnsetCurves:
    """Return a curve for each of several findings: probabilities at onsets, 0 between them."""
    steps = len(found[0].logit)
    count = steps * _CURVE_RATE // MOTION_RATE
    curves = np.zeros((len(found), count), np.float32)
    for curve, one in zip(curves, found, strict=True):
        times_s = (np.arange(steps) + one.shift) / MOTION_RATE
        places = np.clip(np.rint(times_s * _CURVE_RATE), 0, count - 1).astype(np.int64)
        # Steps without an onset have a logit far below those with one.
        np.maximum.at(curve, places, 1.0 / (1.0 + np.exp(-one.logit)))
    return OnsetCurves(clip.listed, np.arange(count) / _CURVE_RATE, curves)
