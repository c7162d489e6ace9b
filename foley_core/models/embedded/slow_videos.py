"""Slow videos, of whose onsets readers that did not learn from such are less sure and late.

They learned mostly from 24 to 60 pictures a second. A motion is seen when the picture comes that it
led to; at 8 pictures a second that is up to an eighth of a second after it happened. Measured on 24
worlds of the renderer, 80 onsets: 15 to 28 ms later at 8, 10 and 12 a second than at 25, and the
best threshold is 0.30 in place of 0.42.

On rendered pictures a network of its own reads slow videos, see `slow_net`; these numbers stay for
the reader of contacts, and where the encoder is not the package's.
"""

from math import log

from foley_core.timebase import MOTION_RATE

SLOW_RATE = 14
"""Pictures a second below which a video is slow."""

SURER_LOGIT = log(1.69)
"""Added to logits of an onset: 0.30 becomes 0.42."""
LATE_STEPS = 0.025 * MOTION_RATE
"""Steps by which onsets are seen late."""
