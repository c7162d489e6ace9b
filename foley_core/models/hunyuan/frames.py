"""Which pictures of a clip are looked at: the published arithmetic, to the last bit.

A picture is taken as often as its time has passed the next of evenly spaced moments. The moments
are summed up in floats, so their rounding decides some cases, and is kept. A low frame rate repeats
pictures, a high one leaves some out.
"""

from collections.abc import Iterable

from foley_core.models.hunyuan.network_config import MOST_CLIP_S


class PictureClock:
    """Moments at `rate` a second, from the start of a clip."""

    def __init__(self, rate: int) -> None:
        self._step_s = 1.0 / rate
        self._next_s = 0.0

    def times_taken(self, time_s: float) -> int:
        """How often the next picture is taken, which appears at `time_s`; call it in order."""
        count = 0
        if 0 <= time_s <= MOST_CLIP_S:
            while time_s >= self._next_s:
                count += 1
                self._next_s += self._step_s
        return count


def pictures_taken(times_s: Iterable[float], rate: int) -> list[int]:
    """Index of the picture at each moment, of pictures that appear at `times_s`."""
    clock = PictureClock(rate)
    return [index for index, t in enumerate(times_s) for _ in range(clock.times_taken(t))]
