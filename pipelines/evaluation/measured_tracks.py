"""The part `tracks` of an evaluation: finished tracks of real clips, measured and drawn.

Each track is dropped once it is measured: only its picture and its sound file stay, in a folder
beside the report.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from foley_core.engine import EngineConfig, VideoFoleyEngine
from foley_core.evaluation.evaluate_tracks import (
    TrackMeasures,
    measures_of,
    music_lufs,
    track_figures,
)
from foley_core.evaluation.real_table import ListedClip, listed_clips
from foley_core.evaluation.real_tracks import RealTrack, track_apart
from foley_core.types import Progress, Tier
from pipelines.evaluation.parts import Measured, Settings, can_draw
from pipelines.evaluation.report import PageTable

TRACK_FOLDER = "real_tracks"
_MUSIC_CLIPS = 8
"""Clips of which a track with music is made too."""
_NOTE = (
    "Each clip's name leads to a sheet: its pictures, the sound that it came with, its track and "
    "its cues on one time axis. The track lies beside it as FLAC. Levels are K-weighted, in "
    "decibels to full scale."
)
_BREAKS_NAMED = 3


def measured_tracks(settings: Settings, progress: Progress) -> Measured:
    """Return figures of finished tracks, a table of them, and draw each into a folder.

    Tracks are made by the last tier that is asked for.
    """
    listed, tier = listed_clips(settings.clips), settings.tiers[-1]
    folder = settings.out / TRACK_FOLDER
    folder.mkdir(exist_ok=True)
    made = partial(_tracks, VideoFoleyEngine(), tier=tier)
    keep = _keeper(folder)
    measured: list[TrackMeasures] = []
    for track in made(listed, progress=lambda share, text: progress(0.9 * share, text)):
        measured.append(measures_of(track))
        keep(track)
    # The stems are stored by now; what is new is the music.
    some = _with_room_for_music(listed, measured)
    with_music = made(some, progress=lambda s, text: progress(0.9 + 0.1 * s, text), music=True)
    music = [lufs for track in with_music if (lufs := music_lufs(track)) is not None]
    return Measured(track_figures(measured, music), tables=[tracks_table(measured)])


def tracks_table(measured: Sequence[TrackMeasures]) -> PageTable:
    """Return one row a track: its levels and its faults."""
    heads = ("clip", "loudness, LUFS", "bed, dB", "events, dB", "bed under events, dB",
             "digital silence, ms", "breaks in sustained sounds")  # fmt: skip
    links = tuple(f"{TRACK_FOLDER}/{one.name}.png" for one in measured) if can_draw() else ()
    rows = [_row(one) for one in measured]
    return PageTable("Tracks of real clips, one by one", _NOTE, heads, rows, links)


def _tracks(
    engine: VideoFoleyEngine,
    listed: Sequence[ListedClip],
    progress: Progress,
    tier: Tier,
    music: bool = False,
) -> Iterator[RealTrack]:
    """Yield the track of each clip, for the pack `neutral` and without a prompt."""
    for number, one in enumerate(listed):
        progress(number / len(listed), f"making the track of {one.name}")
        asked = EngineConfig(tier=tier, enable_background_music=music)
        yield track_apart(one, engine.generate(one.path, asked))


def _row(one: TrackMeasures) -> tuple[str, ...]:
    lufs = _decibels(one.loudness_lufs)
    moments = [f"{name} at {moment:.1f} s" for name, moment in one.breaks[:_BREAKS_NAMED]]
    more = len(one.breaks) - len(moments)
    return (
        one.name,
        lufs if one.is_on_target else f"{lufs} (off target)",
        _decibels(one.bed_dbfs),
        _decibels(one.events_dbfs),
        _decibels(one.bed_under_events_db),
        f"{one.silence_ms:.0f}",
        ", ".join([*moments, f"{more} more"] if more else moments) or "none",
    )


def _decibels(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _with_room_for_music(
    listed: Sequence[ListedClip], measured: Sequence[TrackMeasures]
) -> list[ListedClip]:
    """Return the clips in which least sounds: music is measured where nothing else does."""
    quiet_s = {one.name: one.quiet_s for one in measured}
    return sorted(listed, key=lambda one: (-quiet_s[one.name], one.name))[:_MUSIC_CLIPS]


def _keeper(folder: Path) -> Callable[[RealTrack], None]:
    """Return what writes a track, and its picture where pictures can be drawn, into a folder."""
    if not can_draw():
        return lambda track: _write(track, folder)
    from pipelines.evaluation.track_sheets import draw_track_sheet

    def keep(track: RealTrack) -> None:
        _write(track, folder)
        draw_track_sheet(track, folder)

    return keep


def _write(track: RealTrack, folder: Path) -> None:
    track.track.export(folder / f"{track.listed.name}.flac")
