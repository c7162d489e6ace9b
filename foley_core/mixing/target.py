"""Loudness target of a track. Data only: code that plans a job need not import the mastering."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LoudnessTarget:
    """Loudness and true peak to which a track is mastered; by default those of EBU R 128.

    Attributes:
        loudness_lufs: integrated loudness, BS.1770-4.
        true_peak_dbtp: highest true peak allowed.
        tolerance_lu: distance from `loudness_lufs` that still counts as on target.
    """

    loudness_lufs: float = -23.0
    true_peak_dbtp: float = -1.0
    tolerance_lu: float = 0.5
