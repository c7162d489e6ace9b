"""Time as integers and fractions; lengths are computed, never typed in.

There are three clocks. All start at the first shown picture of the video, or at the row's
`start_s`:

- samples at 48 kHz: sound is placed on them;
- motion steps, 25 a second: motion is looked at on them (exactly 1920 samples a step);
- scene steps, one in 12 motion steps (about 2 a second): the scene is looked at on them.

Every rounding moves sound against picture a little, so rounding happens once, here.
"""

from fractions import Fraction
from math import ceil

# 48 kHz is the rate of sound in video production (AES5). 25 divides it without remainder.
SAMPLE_RATE = 48_000
MOTION_RATE = 25
STEPS_PER_SCENE = 12
SAMPLES_PER_STEP = SAMPLE_RATE // MOTION_RATE

assert SAMPLES_PER_STEP * MOTION_RATE == SAMPLE_RATE


def duration_samples(duration_s: Fraction) -> int:
    """Return the samples of a track for a picture of `duration_s`: `round(duration × 48000)`."""
    return round(duration_s * SAMPLE_RATE)


def motion_steps(duration_s: Fraction) -> int:
    """Return the count of motion steps that cover `duration_s`: at least one."""
    return max(1, ceil(duration_s * MOTION_RATE))


def samples_to_seconds(samples: int) -> float:
    """Return the seconds of a count of samples, for people and metadata, not for arithmetic."""
    return samples / SAMPLE_RATE


def seconds_to_samples(seconds: float) -> int:
    """Return the sample nearest to a time in seconds that came from outside."""
    return round(Fraction(seconds) * SAMPLE_RATE)
