"""Slow videos, of whose onsets readers that did not learn from such are less sure and late.

They learned mostly from 24 to 60 pictures a second. A motion is seen when the picture comes that it
led to; at 8 pictures a second that is up to an eighth of a second after it happened. Measured on 24
worlds of the renderer, 80 onsets: 15 to 28 ms later at 8, 10 and 12 a second than at 25, and the
best threshold is 0.30 in place of 0.42.

Networks of their own read slow videos: see `slow_net` for rendered pictures, `filmed_onsets` for
filmed ones. These numbers stay where the encoder is not the package's. With them alone, F1 at
±50 ms on 144 worlds (seeds 0, 1 and 2 of `evaluate_rates`) is 0.39 to 0.64 of that at 25 a second
at 8, 0.59 to 0.72 at 10 and 0.62 to 0.79 at 12.
"""

from math import log

from foley_core.timebase import MOTION_RATE

SLOW_RATE = 14
"""Pictures a second below which a video is slow."""

SURER_LOGIT = log(1.69)
"""Added to logits of an onset: 0.30 becomes 0.42."""
LATE_STEPS = 0.025 * MOTION_RATE
"""Steps by which onsets are seen late."""
