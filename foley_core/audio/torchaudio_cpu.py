"""Resampling by torchaudio, without its native extension: the one place that imports it.

The extension of the torchaudio wheel is linked to the CUDA libraries of one build of torch. Beside
a CPU build, or a build for another CUDA, it does not load. Nothing used here needs it (fast IIR
filters and forced alignment do), so an empty module takes its place and says that it is not there.
"""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar, cast

import torch

from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _unchanged(function: _Function) -> _Function:
    return function


def _stand_in() -> ModuleType:
    """Return a module with the names that torchaudio reads from its extension on import."""
    module = ModuleType("torchaudio._extension")
    module.__path__ = []
    vars(module).update(
        _IS_TORCHAUDIO_EXT_AVAILABLE=False,
        _IS_ALIGN_AVAILABLE=False,
        fail_if_no_align=_unchanged,
        _check_cuda_version=lambda: None,
    )
    return module


sys.modules.setdefault("torchaudio._extension", _stand_in())

from torchaudio import functional  # noqa: E402


def resampled(waveform: F32, sample_rate: int) -> F32:
    """Return a waveform `(…, N)` of `sample_rate` Hz at 48 kHz, by windowed-sinc interpolation."""
    if sample_rate == SAMPLE_RATE:
        return waveform
    answer = functional.resample(torch.from_numpy(waveform), sample_rate, SAMPLE_RATE)
    return cast(F32, answer.numpy())
