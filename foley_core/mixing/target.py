"""How loud a track shall be. Data only, so that who plans a job need not import what masters it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LoudnessTarget:
    """What a track is mastered to; the loudness of EBU R 128 unless told otherwise."""

    loudness_lufs: float = -23.0
    true_peak_dbtp: float = -1.0
    tolerance_lu: float = 0.5
