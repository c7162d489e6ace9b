"""Loudness target of a track, and targets by name. Data only: code that plans a job need not import
the mastering."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

NormName = Literal["r128", "atsc-a85", "netflix", "youtube", "spotify", "apple", "cinema"]


@dataclass(frozen=True, slots=True)
class LoudnessTarget:
    """Loudness and true peak to which a track is mastered; by default those of EBU R 128.

    Attributes:
        loudness_lufs: integrated loudness, BS.1770-4.
        true_peak_dbtp: highest true peak allowed.
        tolerance_lu: distance from `loudness_lufs` that still counts as on target.
        short_form_s: longest track for which `max_short_term_lufs` holds, seconds.
        max_short_term_lufs: loudness over 3 s that such a track may reach; None for any.
    """

    loudness_lufs: float = -23.0
    true_peak_dbtp: float = -1.0
    tolerance_lu: float = 0.5
    short_form_s: float = 0.0
    max_short_term_lufs: float | None = None


@cache
def loudness_norms() -> dict[str, LoudnessTarget]:
    """Return the targets that have names, see `norms.toml`."""
    text = files("foley_core.mixing").joinpath("norms.toml").read_text(encoding="utf-8")
    return {name: LoudnessTarget(**values) for name, values in tomllib.loads(text).items()}
