"""Time as integers and fractions; lengths are derived, never typed in.

Three clocks, all starting at the first shown picture of the video (or at the row's `start_s`):

- samples at 48 kHz: where sound is placed;
- motion steps at 25 per second: where motion is looked at (exactly 1920 samples a step);
- scene steps, one in 12 motion steps (about 2 per second): where the scene is looked at.

Sync drifts one rounding at a time, so a rounding happens once, here.
"""

from fractions import Fraction
from math import ceil

SAMPLE_RATE = 48_000
MOTION_RATE = 25
STEPS_PER_SCENE = 12
SAMPLES_PER_STEP = SAMPLE_RATE // MOTION_RATE

assert SAMPLES_PER_STEP * MOTION_RATE == SAMPLE_RATE


def duration_samples(duration_s: Fraction) -> int:
    """Samples of a track for a picture of `duration_s`: `round(duration × 48000)`."""
    return round(duration_s * SAMPLE_RATE)


def motion_steps(duration_s: Fraction) -> int:
    """Motion steps that cover `duration_s`, at least one; the last may be partly filled."""
    return max(1, ceil(duration_s * MOTION_RATE))


def samples_to_seconds(samples: int) -> float:
    """Seconds of a count of samples, for people and metadata; never fed back into arithmetic."""
    return samples / SAMPLE_RATE


def seconds_to_samples(seconds: float) -> int:
    """Nearest sample of a time in seconds that came from outside."""
    return round(Fraction(seconds) * SAMPLE_RATE)
