"""Finishing: the balance between beds, music and events, and the master, of one track.

Mixing needs no model, and neither does this: parts of the mix are measured, beds, music and quiet
sounds are moved if they must, and the whole is mastered. What was moved is said in a note, and the
plan that is returned holds it: so delivered stems sum to the mix that was mastered.

Sound filters move what they name and nothing else. So all is settled on the mix without their gains
and then kept, the gain of the master too (see `mixing.master`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

import numpy as np

from foley_core.audio.loudness import LoudnessMeter
from foley_core.audio.waveform import db_to_gain
from foley_core.errors import EncodeError
from foley_core.mixing.balance import (
    GENTLE_LIMITING_DB,
    bed_lift_db,
    is_gently_reached,
    music_gain_db,
)
from foley_core.mixing.curves import Curves, curves_of
from foley_core.mixing.master import HELD_SLACK_LU, HeldGain, Mastered
from foley_core.mixing.short_form import master_programme
from foley_core.mixing.timeline import BLOCK_SAMPLES
from foley_core.soundtrack.delivery import Delivery
from foley_core.soundtrack.lifting import SHARES, bed_levels_db, most_bed_lift_db, quiet_lifts_db
from foley_core.soundtrack.mix_plan import MixPlan
from foley_core.soundtrack.mixdown import mix_of, music_parts, with_end_fade, with_original
from foley_core.soundtrack.span import Footage
from foley_core.soundtrack.stored_stems import StemReader
from foley_core.storage.store import Storage
from foley_core.types import F32, Blocks

USUAL_MUSIC_DB = -14.0
"""Level of music in a plan, by which packs and prompts make it louder and softer than usual."""
BED_FLOOR_DB = -46.0
"""Least level of a bed in a track of -23 LUFS, as its loud moments: its median is some dB lower,
and shall not be below -50."""

_TARGET_OF_FLOOR_LUFS = -23.0


@dataclass(frozen=True, slots=True)
class Balance:
    """Gains of the parts of a mix, dB, beside those of its plan.

    Attributes:
        beds_db: of its beds.
        music_db: of its music.
        quiet_db: of each of its other placements; nothing for none of them.
    """

    beds_db: float = 0.0
    music_db: float = 0.0
    quiet_db: tuple[float, ...] = ()

    def applied(self, plan: MixPlan) -> MixPlan:
        """Return a plan with these gains."""
        quiet_db = self.quiet_db or (0.0,) * len(plan.placements)
        placements = tuple(
            replace(
                place, gain_db=round(place.gain_db + (self.beds_db if place.is_bed else quiet), 3)
            )
            for place, quiet in zip(plan.placements, quiet_db, strict=True)
        )
        music = plan.music
        if music:
            music = replace(music, gain_db=round(music.gain_db + self.music_db, 3))
        return replace(plan, placements=placements, music=music)


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished mix.

    Attributes:
        plan: as it was mixed, with the gains of its balance.
        mastered: the track.
        note: sentence for people on what was lifted; None if nothing was.
        stems: what read the stems of the mix.
    """

    plan: MixPlan
    mastered: Mastered
    note: str | None
    stems: StemReader


def finish(
    store: Storage, footage: Footage, plan: MixPlan, delivery: Delivery, scratch: Path
) -> Finished:
    """Balance and master a mix.

    Args:
        scratch: a file that holds the mix; one beside it holds the music.

    Raises:
        EncodeError: a file cannot be written.
        StorageError: the store failed.
    """
    mixer = _Mixer(store, footage, delivery, scratch)
    plain = plan.without_filter_gains()
    balance = Balance(music_db=mixer.music_db(plain)) if plan.music else Balance()
    mastered = mixer.mastered(balance.applied(plain))
    for lifted_by in (mixer.with_heard_beds, mixer.with_quiet_lifted):
        lifted = lifted_by(plain, balance, mastered)
        if lifted != balance:
            balance, mastered = lifted, mixer.mastered(lifted.applied(plain))
    if plan.has_filter_gains:
        mastered = mixer.mastered(balance.applied(plan), _held(mastered, delivery))
    return Finished(balance.applied(plan), mastered, _note(balance), mixer.stems)


def _held(plain: Mastered, delivery: Delivery) -> HeldGain | None:
    """Return the gain to hold under sound filters: that of the track without them."""
    if plain.loudness_lufs is None:
        return None
    off_lu = abs(plain.loudness_lufs - delivery.target.loudness_lufs)
    slack_lu = inf if delivery.hold_gain else max(HELD_SLACK_LU, off_lu + HELD_SLACK_LU / 2)
    return HeldGain(plain.gain_db, slack_lu)


def _note(balance: Balance) -> str | None:
    parts = []
    if balance.beds_db:
        parts.append(f"the beds were lifted by {balance.beds_db:.1f} dB")
    if most_db := max(balance.quiet_db, default=0.0):
        parts.append(f"soft sounds by up to {most_db:.1f} dB")
    if not parts:
        return None
    return f"{' and '.join(parts)}, so that they are heard and the track reaches its loudness"


class _Mixer:
    """Mixes plans of one track into scratch files, and masters them."""

    def __init__(self, store: Storage, footage: Footage, delivery: Delivery, scratch: Path) -> None:
        self._store, self._footage, self._delivery = store, footage, delivery
        self.stems = StemReader(store)
        self._samples = footage.span.samples
        self._scratch = scratch
        self._mixed: MixPlan | None = None
        self._music_lufs: float | None = None

    def mastered(self, plan: MixPlan, held: HeldGain | None = None) -> Mastered:
        """Return the master of a plan."""
        mix = self._with_music(self._without_music(plan), plan)
        return master_programme(mix, self._samples, self._delivery.target, held)

    def music_db(self, plan: MixPlan) -> float:
        """Return the gain with which a plan's music is heard beside all else."""
        self._keep_music(plan)
        others = curves_of(self._without_music(plan), self._samples)
        usual = None if self._music_lufs is None else self._music_lufs + USUAL_MUSIC_DB
        has_events = any(cue.kind == "action" for cue in plan.sheet.cues)
        return music_gain_db(others, usual, self._delivery.target, has_events=has_events)

    def with_heard_beds(self, plain: MixPlan, balance: Balance, mastered: Mastered) -> Balance:
        """Return a balance in which the softest bed of a mastered plan is not lost."""
        levels_db, target = bed_levels_db(plain.sheet), self._delivery.target
        if not levels_db or mastered.loudness_lufs is None:
            return balance
        floor_db = BED_FLOOR_DB + target.loudness_lufs - _TARGET_OF_FLOOR_LUFS
        lift_db = max(0.0, floor_db - levels_db[0] - mastered.gain_db)
        return replace(balance, beds_db=round(lift_db, 1))

    def with_quiet_lifted(self, plain: MixPlan, balance: Balance, mastered: Mastered) -> Balance:
        """Return a balance in which beds and quiet sounds are lifted, where the limiter flattens a
        mastered plan or cannot make it loud enough.

        They are lifted by the least with which gentle limiting is enough; by the most, if none is.
        """
        target, lufs = self._delivery.target, mastered.loudness_lufs
        if lufs is None:
            return balance
        misses = lufs < target.loudness_lufs - target.tolerance_lu
        if not misses and mastered.limiting_db <= GENTLE_LIMITING_DB:
            return balance
        lifted, heard_db = balance, balance.beds_db
        beds = self._curves_of_beds(balance.applied(plain))
        for share in (0.0, *SHARES):
            quiet_db = quiet_lifts_db(plain, self.stems, share)
            if share and not quiet_db:
                break
            lifted = replace(balance, quiet_db=quiet_db)
            most_db = max(0.0, most_bed_lift_db(plain, quiet_db) - heard_db)
            lift_db, is_enough = self._loudness_lift_db(lifted.applied(plain), beds, most_db)
            lifted = replace(lifted, beds_db=round(heard_db + lift_db, 1))
            if is_enough:
                break
        return lifted

    def _curves_of_beds(self, plan: MixPlan) -> Curves | None:
        """Return the curves of the beds of a plan alone; None without any."""
        beds = tuple(place for place in plan.placements if place.is_bed)
        if not beds:
            return None
        # Streamed, not written: the scratch files hold the track.
        return curves_of(
            mix_of(self._store, replace(plan, placements=beds, music=None)), self._samples
        )

    def _loudness_lift_db(
        self, plan: MixPlan, beds: Curves | None, most_db: float
    ) -> tuple[float, bool]:
        """Return by how much the beds must be lifted for the loudness, and whether that does."""
        others = tuple(place for place in plan.placements if not place.is_bed)
        rest = curves_of(
            self._with_music(self._streamed(replace(plan, placements=others)), plan), self._samples
        )
        target = self._delivery.target
        if beds is None:
            return 0.0, is_gently_reached(rest, target)
        lift_db = bed_lift_db(beds, rest, target, most_db)
        return lift_db, is_gently_reached(rest.plus(beds, lift_db), target)

    def _with_music(self, mix: Blocks, plan: MixPlan) -> Blocks:
        """Return a mix with the music of a plan, if it has any."""
        if plan.music is None:
            return mix
        # Whatever gain it has, the music is the same file: only the sum is computed again.
        gain, music = np.float32(db_to_gain(plan.music.gain_db)), _read(self._music_file)

        def summed() -> Iterator[F32]:
            for block, piece in zip(mix(), music(), strict=True):
                yield block + gain * piece

        return summed

    def _without_music(self, plan: MixPlan) -> Blocks:
        """Return a mix without its music, written once."""
        plan = replace(plan, music=None)
        if plan != self._mixed:
            _write(self._streamed(plan)(), self._scratch)
            self._mixed = plan
        return _read(self._scratch)

    def _streamed(self, plan: MixPlan) -> Blocks:
        """Return a mix without its music, over the video's own sound if that is kept."""
        blocks = mix_of(self._store, replace(plan, music=None), self.stems)
        if self._delivery.original_db is None:
            return blocks
        return with_original(blocks, self._footage, self._delivery.original_db)

    def _keep_music(self, plan: MixPlan) -> None:
        """Write the music of a plan, at its own level, and measure it where it is not ducked."""
        meter = LoudnessMeter(2)

        def ducked() -> Iterator[F32]:
            for piece, gains in music_parts(plan):
                meter.add(piece)
                yield (piece * gains).astype(np.float32)

        _write(with_end_fade(ducked(), self._samples), self._music_file)
        self._music_lufs = meter.integrated_lufs()

    @property
    def _music_file(self) -> Path:
        return self._scratch.with_suffix(".music")


def _write(blocks: Iterator[F32], path: Path) -> None:
    """Write blocks as interleaved float32.

    Raises:
        EncodeError: the file cannot be written.
    """
    try:
        with path.open("wb") as file:
            for block in blocks:
                file.write(np.ascontiguousarray(block.T, dtype=np.float32).tobytes())
    except OSError as error:
        raise EncodeError(f"{path}: cannot be written ({error}); is there space?") from error


def _read(path: Path) -> Blocks:
    """Return the blocks of a file that `_write` wrote."""

    def blocks() -> Iterator[F32]:
        with path.open("rb") as file:
            while data := file.read(BLOCK_SAMPLES * 2 * 4):
                yield np.frombuffer(data, dtype=np.float32).reshape(-1, 2).T

    return blocks
