"""A delivered output without a model: rows, cue sheets, and edit timelines of any rate."""

from fractions import Fraction
from typing import Any

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.cues.timecode import SourceClock, written_rate
from foley_core.soundtrack.deliver import TrackRecord
from foley_core.soundtrack.mix_plan import keep_plan, plan_key
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from pipelines.delivery.edit_timeline import EditTimeline, SoundFile
from pipelines.metadata.commits import CommitLog

SECOND = 48_000
CUES = (
    Cue("action", "footstep_walk", "gravel", 24_000, 34_000, 0.7, -3.0, 0.82, cue_id="abc"),
    Cue("action", "footstep_walk", "gravel", 48_000, 58_000, 0.6, -3.0, 0.82, cue_id="def"),
    Cue("action", "door_slam", "wood", 143_999, 170_000, 0.9, 0.0, 0.5),
    Cue("ambience", "rain", None, 0, 5 * SECOND),
    Cue("motif", "siren", None, 100_000, 200_000, source="pack:japan", composition="slow-siren"),
)
SHEET = CueSheet(5 * SECOND, ()).with_cues(CUES)
NTSC = Fraction(30_000, 1001)
CLOCKS = {
    "23.976": SourceClock.starting_at("01:00:00:00", Fraction(24_000, 1001)),
    "24": SourceClock.starting_at("10:00:00:00", Fraction(24)),
    "25": SourceClock.starting_at(None, Fraction(25)),
    "29.97 drop": SourceClock.starting_at("00:59:58;00", NTSC),
    "29.97": SourceClock.starting_at("01:00:00:00", NTSC),
    "50": SourceClock.starting_at("23:59:58:00", Fraction(50)),
    "59.94 drop": SourceClock.starting_at("01:00:00;00", 2 * NTSC),
    "60": SourceClock.starting_at("01:00:00:00", Fraction(60)),
}


def timeline(
    clock: SourceClock,
    sheet: CueSheet = SHEET,
    *,
    before: int = 0,
    picture: str = "/videos/walk 1.mov",
    stem: str = "stems/a b.wav",
) -> EditTimeline:
    """An edit timeline of two stems, of a video or of what follows `before` samples of it."""
    rate = clock.frame_rate
    reference = round(clock.first / rate * SECOND) if rate else 3600 * SECOND
    sounds = (SoundFile("footsteps", stem), SoundFile("doors", "stems/d.wav", -6.0))
    return EditTimeline(
        "walk", "japan", clock, sheet.samples, reference, picture, sounds, sheet, before
    )


def picture_onsets(clock: SourceClock, sheet: CueSheet = SHEET) -> list[int]:
    """The picture, from 0, on which each cue begins."""
    return [clock.picture_at(cue.onset) for cue in sheet.cues]


def deliver_row(store: Storage, video_id: str, region: str = "neutral", **values: Any) -> None:
    """Commit an `ok` row, or another one after it, with its cue sheet."""
    row = {
        "video_id": video_id,
        "region": region,
        "status": "ok",
        "uri": f"/videos/{video_id}.mp4",
        "track_uri": store.uri(f"tracks/region={region}/{video_id}.wav"),
        "frame_rate": written_rate(Fraction(25)),
        "timecode": "10:00:00:00",
        "time_reference": 36_000 * SECOND,
        "request": f"{video_id}-{region}",
        "extra": {},
        **values,
    }
    store.put(f"cues/region={region}/{video_id}.json", SHEET.to_json())
    log = CommitLog(store, f"1970-{values.get('status', 'ok')}-{video_id}-{region}")
    log.add(row)
    log.flush()


def deliver_track(store: Storage, video_id: str, sheet: CueSheet, track: TrackRecord) -> None:
    """Commit the row of a track that was mixed of stored stems, with its plan and its cue sheet."""
    video = VideoStore(store, video_id)
    video.trace([plan_key(track.plan)])
    deliver_row(
        store,
        video_id,
        track_uri=store.uri(track.key),
        mix_plan=keep_plan(video, track.plan),
        master={"gain_db": track.gain_db, "ceiling_db": track.ceiling_db},
        loudness_lufs=track.loudness_lufs,
    )
    store.put(f"cues/region=neutral/{video_id}.json", sheet.to_json())
