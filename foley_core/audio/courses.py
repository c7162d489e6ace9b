"""Courses: values over time, such as levels and motion, smoothed and with pauses filled."""

from typing import cast

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from foley_core.types import F64


def smoothed(values: F64, steps: int) -> F64:
    """Return values `(T,)` averaged under a Hann window of about so many steps, at least 1.

    Beyond the ends they go on as they end.
    """
    reach = steps // 2
    window = np.hanning(2 * reach + 3)[1:-1]
    return cast(
        F64, np.convolve(np.pad(values, reach, mode="edge"), window / window.sum(), "valid")
    )


def filled(values: F64, steps: int) -> F64:
    """Return values `(T,)` with dips shorter than `steps` raised to the lower of their edges."""
    # Closing of mathematical morphology (Serra 1982): the largest of a window, then the smallest.
    before, after = (steps - 1) // 2, steps // 2
    largest = sliding_window_view(np.pad(values, (before, after), mode="edge"), steps).max(axis=1)
    return cast(
        F64, sliding_window_view(np.pad(largest, (after, before), mode="edge"), steps).min(axis=1)
    )
