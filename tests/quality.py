"""What can be measured of a soundtrack: arrays in, numbers out.

Used by tests. Knows no video, cue or file; waveforms are `(C, N)` at 48 kHz.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import maximum_filter1d, median_filter
from scipy.optimize import linear_sum_assignment

from foley_core.audio.loudness import LoudnessMeter
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32, F64

_HOP = SAMPLE_RATE // 200
_WINDOW = 512
_FLUX_CONTEXT = 100
_SHARE_OF_LARGEST = 0.12
_ABOVE_USUAL = 0.6
_MIN_GAP_S = 0.05
_SEAM_WINDOW = 96
_SEAM_CONTEXT = 100
_ENERGY_FLOOR = 1e-10
_SILENCE_WINDOW = SAMPLE_RATE // 20


@dataclass(frozen=True, slots=True)
class OnsetSync:
    """How well found onsets fit reference onsets.

    Attributes:
        matches: pairs within the tolerance, each onset in one pair at most.
        precision: share of found onsets that are matched; 1 if none was found.
        recall: share of reference onsets that are matched; 1 if there is none.
        f1: harmonic mean of the two.
        median_error_s: median distance of the pairs; `None` without pairs.
        bias_s: median of found minus reference; positive where sound comes late.
    """

    matches: int
    precision: float
    recall: float
    f1: float
    median_error_s: float | None
    bias_s: float | None


def onset_sync(
    reference_onsets_s: Sequence[float], found_onsets_s: Sequence[float], tolerance_s: float
) -> OnsetSync:
    """Pair onsets one to one, as many as the tolerance allows and as close as possible.

    Meant for up to a few thousand onsets: memory grows with the product of the two counts.
    """
    reference, found = np.array(reference_onsets_s, float), np.array(found_onsets_s, float)
    late = found[None, :] - reference[:, None]
    outside = tolerance_s * (min(late.shape) + 1)
    rows, columns = linear_sum_assignment(
        np.where(np.abs(late) <= tolerance_s, np.abs(late), outside)
    )
    pairs = late[rows, columns]
    pairs = pairs[np.abs(pairs) <= tolerance_s]
    precision = len(pairs) / len(found) if len(found) else 1.0
    recall = len(pairs) / len(reference) if len(reference) else 1.0
    both = precision + recall
    return OnsetSync(
        matches=len(pairs),
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / both if both else 0.0,
        median_error_s=float(np.median(np.abs(pairs))) if len(pairs) else None,
        bias_s=float(np.median(pairs)) if len(pairs) else None,
    )


def detect_onsets(waveform: F32) -> list[float]:
    """Seconds at which sounds begin, to about 5 ms: peaks of the spectral flux.

    The flux is the rise of the log-compressed magnitude spectrum over 5 ms, summed over frequency
    (Bello et al. 2005). A peak counts if it stands above the local median by a share of that
    median, as steady noise does not, and by a share of the largest peak.
    """
    flux = _spectral_flux(waveform.mean(axis=0))
    if not flux.any():
        return []
    usual = median_filter(flux, _FLUX_CONTEXT, mode="nearest")
    above = flux - usual
    gap = round(_MIN_GAP_S * SAMPLE_RATE / _HOP)
    peaks = above == maximum_filter1d(above, 2 * gap + 1, mode="nearest")
    stands_out = above > np.maximum(_SHARE_OF_LARGEST * above.max(), _ABOVE_USUAL * usual)
    chosen = np.flatnonzero(peaks & stands_out)
    return [float(index * _HOP / SAMPLE_RATE) for index in chosen]


def _spectral_flux(mono: F32) -> F64:
    """Flux `(frames,)`, one for every `_HOP` samples."""
    padded = np.pad(mono, (_WINDOW, _WINDOW))
    frames = sliding_window_view(padded, _WINDOW)[::_HOP]
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), axis=1))
    rise = np.diff(np.log1p(100.0 * spectrum / _WINDOW), axis=0)
    flux: F64 = np.maximum(rise, 0.0).sum(axis=1)
    return flux


def loudness_of(waveform: F32) -> float | None:
    """Integrated loudness in LUFS; `None` below 400 ms or below the absolute gate."""
    meter = LoudnessMeter(waveform.shape[0])
    meter.add(waveform)
    return meter.integrated_lufs()


def seam_excess_db(waveform: F32, seams: Sequence[int]) -> list[float]:
    """How far the level jumps at each seam (a sample index) beyond what is usual around it, in dB.

    Levels are those of the first difference, which shows clicks in low sounds, in windows of 2 ms;
    the jump at a seam is the largest between neighbouring windows within 2 ms of it, and usual is
    the 99th percentile of such jumps within 0.2 s on either side. At or below 0: nothing to hear.
    """
    return [_excess_db(waveform, seam) for seam in seams]


def _excess_db(waveform: F32, seam: int) -> float:
    reach = _SEAM_CONTEXT * _SEAM_WINDOW
    first, last = max(0, seam - reach), min(waveform.shape[1], seam + reach)
    steps = np.diff(waveform[:, first:last].astype(np.float64), axis=1, prepend=0.0, append=0.0)
    energy = np.square(steps[:, 1:]).sum(axis=0)
    lead, tail = reach - (seam - first), reach - (last - seam)
    windows = np.pad(energy, (lead, tail), mode="symmetric").reshape(-1, _SEAM_WINDOW)
    levels = 10 * np.log10(windows.mean(axis=1) + _ENERGY_FLOOR)
    jumps = np.abs(np.diff(levels))
    near = slice(_SEAM_CONTEXT - 2, _SEAM_CONTEXT + 1)
    usual = np.percentile(np.delete(jumps, near), 99)
    return float(jumps[near].max() - usual)


def silence_share(waveform: F32, below_dbfs: float = -60.0) -> float:
    """Share of the whole 50 ms windows whose level (root mean square) is below a threshold."""
    whole = waveform.shape[1] // _SILENCE_WINDOW * _SILENCE_WINDOW
    if not whole:
        return 0.0
    windows = waveform[:, :whole].reshape(waveform.shape[0], -1, _SILENCE_WINDOW)
    power = np.square(windows, dtype=np.float64).mean(axis=(0, 2))
    return float(np.mean(power < 10.0 ** (below_dbfs / 10.0)))
