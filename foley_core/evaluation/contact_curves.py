"""Onset probabilities of the reader of contacts on real clips, as `left_out_sources` judges them.

The networks of the reader are trained apart from each other. Groups of them stand for trainings, so
that the weights of the package alone tell how much trainings differ. What the reader alone says is
judged: neither the blending with the head nor the choice of what can sound is in it.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import torch

from foley_core.evaluation.left_out_sources import OnsetCurves, leave_one_source_out
from foley_core.evaluation.real_clips import RealClip
from foley_core.models.embedded.contact_grid import GRID_RATE, ContactRows, contact_rows
from foley_core.models.embedded.contact_joints import joint_stops
from foley_core.models.embedded.contact_onsets import supported_logits
from foley_core.models.embedded.contact_reader import ContactNet
from foley_core.models.sight.looks import joined
from foley_core.timebase import MOTION_RATE
from foley_core.types import F32

TRAININGS = 4
"""Groups that the networks of the reader are split into."""


def left_out_figures(clips: Iterable[RealClip], net: ContactNet) -> dict[str, float]:
    """Return the figures of `LeftOutOnsets`, and the F1 of all networks together (`_together`).

    Nothing is returned where the clips with complete lists are of fewer than two sources.
    """
    complete = [clip for clip in clips if clip.listed.onset_list == "complete" and clip.features]
    if len({clip.listed.source for clip in complete}) < 2:
        return {}
    figures = leave_one_source_out([contact_curves(clip, net, TRAININGS) for clip in complete])
    together = leave_one_source_out([contact_curves(clip, net, 1) for clip in complete])
    return figures.figures | {
        "real_onset_f1_50ms_left_out_together": together.f1_50ms[0],
        "real_onset_f1_100ms_left_out_together": together.f1_100ms[0],
    }


def contact_curves(clip: RealClip, net: ContactNet, trainings: int) -> OnsetCurves:
    """Return the curves of a clip, the networks split into groups whose logits are averaged.

    Raises:
        ValueError: there are fewer networks than groups.
    """
    if len(net.members) < trainings:
        raise ValueError(f"{len(net.members)} networks cannot be {trainings} trainings")
    rows = _rows(clip)
    logits = _logits(net, rows)
    groups = np.array_split(np.arange(len(logits)), trainings)
    stops = joint_stops(joined([part.looks for part in clip.features]), logits.shape[1])
    supported = np.stack(
        [supported_logits(logits[group].mean(axis=0), rows, stops) for group in groups]
    )
    curves = (1.0 / (1.0 + np.exp(-supported))).astype(np.float32)
    return OnsetCurves(clip.listed, np.arange(curves.shape[1]) / GRID_RATE, curves)


def _rows(clip: RealClip) -> ContactRows:
    times = np.concatenate([part.contacts.times for part in clip.features])
    numbers = np.concatenate([part.contacts.numbers for part in clip.features]).astype(np.float32)
    return contact_rows(times, numbers, clip.features[-1].last_step / MOTION_RATE)


@torch.inference_mode()
def _logits(net: ContactNet, rows: ContactRows) -> F32:
    """Return the logits (M, n) of each network."""
    device = next(net.parameters()).device
    batch = torch.from_numpy(rows.rows)[None].to(device)
    logits: Sequence[torch.Tensor] = [member(batch)[0] for member in net.members]
    stacked: F32 = torch.stack(list(logits)).cpu().numpy()
    return stacked
