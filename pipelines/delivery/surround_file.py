"""A track in 5.1 surround: one WAV file of six channels, L R C LFE Ls Rs, mixed of stored stems.

It is mastered by itself, to the loudness of the stereo track and below its true peak: what is
behind the listener counts more, so its gain is another one. How loud it is in stereo is measured,
and told.
"""

from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

from foley_core.audio.loudness import LoudnessMeter
from foley_core.mixing.master import LIMITER_MARGIN_DB, HeldGain, Mastered, master
from foley_core.mixing.surround import CHANNELS, downmix, with_silent_lfe
from foley_core.mixing.target import LoudnessTarget
from foley_core.provenance.mark_file import mark_file
from foley_core.provenance.marking import Marker
from foley_core.soundtrack.mixdown import surround_mix_of
from foley_core.storage.store import Storage
from pipelines.delivery.edit_timeline import EditTimeline
from pipelines.delivery.row_mix import RowMix, mix_of_row
from pipelines.delivery.sound_file import Described, file_name, write_sound

CATEGORY = "FOLYMisc"
NAME = "Surround Mix"


def written_surround(
    store: Storage, row: Mapping[str, Any], timeline: EditTimeline, folder: Path, marker: Marker
) -> tuple[Path, str]:
    """Write the surround track of a row into a folder, marked; its path, and its levels in words.

    Raises:
        ConfigError: the track is of an earlier version, or files cannot be signed.
        EncodeError: the file cannot be written.
        StorageError: a stem or the plan is missing.
    """
    mix = mix_of_row(store, row)
    lufs = row.get("loudness_lufs")
    mastered = _mastered(store, mix, lufs)
    path = folder / file_name(CATEGORY, NAME, timeline.video_id)
    described = Described(
        CATEGORY,
        NAME,
        "surround",
        mix.made_by,
        mastered.loudness_lufs,
        mastered.loudness_range_lu,
        mastered.true_peak_dbtp,
    )
    in_stereo = LoudnessMeter(2)
    for block in downmix(mastered.blocks()):
        in_stereo.add(block)
    write_sound(path, lambda: with_silent_lfe(mastered.blocks()), timeline, described, channels=6)
    mark_file(path, marker)
    return path, (
        f"surround at {_said(mastered.loudness_lufs)} LUFS, its downmix to stereo at "
        f"{_said(in_stereo.integrated_lufs())}, the stereo track at {_said(lufs)}"
    )


def _mastered(store: Storage, mix: RowMix, lufs: float | None) -> Mastered:
    """Return the surround mix, as loud as the stereo track of some loudness."""
    # Where that has no loudness, there is nothing to aim at, and its gain is as good as any.
    held = HeldGain(mix.gain_db, inf) if lufs is None else None
    peak_dbtp = mix.ceiling_db + LIMITER_MARGIN_DB
    target = LoudnessTarget(-23.0 if lufs is None else lufs, peak_dbtp)
    blocks = surround_mix_of(store, mix.plan)
    return master(blocks, mix.plan.sheet.samples, target, held, channels=CHANNELS)


def _said(lufs: float | None) -> str:
    return "no measurable" if lufs is None else f"{lufs:.1f}"
