"""Whole jobs: what they write, that they write it once, and the same everywhere."""

import csv
import itertools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jobs
import numpy as np
import outside
import pytest
import soundfile
import videos
from jobs import Catalogue
from s3_server import PROXY_SCRIPT, FaultProxy, S3Server

from foley_core.audio.loudness import LoudnessMeter
from foley_core.cues.corrections import Correction
from foley_core.cues.sheet import CueSheet
from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.weights_folder import GENERATOR_NAMES, find_weights
from foley_core.soundtrack.correction_log import append
from foley_core.storage.store import Storage
from foley_core.types import Tier
from pipelines.benchmarks.localise import blank

pytestmark = [pytest.mark.ray, pytest.mark.slow]

SHIPPED = find_weights()
OTHER_TIER: Tier = "light" if "light" in SHIPPED.tiers else "full"
PROMPT = "远处的雷声, zorblax"
SETTINGS = 'clip_s = 4\nsidecars = ["videos"]\n[delivery]\nstems = true\nmuxed = true\n'


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """Two short videos, one with a prompt, one of the light tier with a sidecar; one of 3 clips."""
    folder = tmp_path_factory.mktemp("catalogue")
    rows = jobs.small_videos(folder / "videos", 2)
    rows[0]["prompt"] = PROMPT
    rows[1]["tier"] = OTHER_TIER
    sidecar = folder / "videos" / "video1.mp4.foley.toml"
    sidecar.write_text('schema_version = 1\nfilters = "ambience: -9 dB"\nmusic = true\n')
    rows.append({"video_id": "long", "uri": str(videos.render(folder / "long.mkv", seconds=10))})
    made = jobs.catalogue(folder, rows, settings=SETTINGS, lookers=0)
    tap = Correction("add", "", "ana", "2026-11-25T20:00:00", sound_class="tap", onset=48_000)
    assert append(made.store, "long", [tap], lambda entries: None)  # moving squares make no sound
    assert made.run() == 0, made.told
    return made


def test_tracks_are_locked_to_the_picture(done: Catalogue) -> None:
    samples = [
        soundfile.info(Path(done.output) / f"tracks/region=neutral/{row['video_id']}.wav").frames
        for row in done.rows()
    ]
    assert samples == [48_000, 49_920, 480_000]


def test_metadata_say_what_the_tracks_are(done: Catalogue) -> None:
    tracks = done.tracks()
    for row in done.rows():
        key = row["track_uri"].removeprefix(f"{done.output}/")
        data = done.store.read(key)
        assert (row["track_sha256"], row["track_bytes"]) == (tracks[key], len(data))
        assert row["stems_generated"] + row["stems_reused"] > 0
        assert row["features_computed"] == (3 if row["video_id"] == "long" else 1)


def test_each_row_is_performed_by_its_tier(done: Catalogue) -> None:
    tiers: list[Tier] = ["full", OTHER_TIER, "full"]
    models = [(tier, GENERATOR_NAMES[tier], SHIPPED.digest(tier)) for tier in tiers]
    rows = done.rows()
    assert [(row["tier"], row["model"], row["model_sha256"]) for row in rows] == models
    label = f"{GENERATOR_NAMES[OTHER_TIER]} {SHIPPED.digest(OTHER_TIER)[:16]}"
    assert label.encode() in done.store.read("tracks/region=neutral/video1.wav")[:2000]


def test_a_prompt_is_followed_and_what_it_cannot_map_is_in_the_metadata(done: Catalogue) -> None:
    prompted, plain, _ = done.rows()
    assert prompted["notes"] == ["prompt: no known sound for 'zorblax'"]
    assert "thunderstorm" in {cue["sound_class"] for cue in prompted["cues"]}
    assert all("filters" in note for note in plain["notes"])


def test_a_sidecar_is_heeded_by_its_video_alone(done: Catalogue) -> None:
    _, filtered, plain = done.rows()
    assert str(filtered["sidecar"]).endswith("videos/video1.mp4.foley.toml")
    assert {cue["kind"] for cue in filtered["cues"]} >= {"music"}
    assert plain["sidecar"] is None
    assert "music" not in {cue["kind"] for cue in plain["cues"]}
    # How loud a bed is depends on what happens above it, so only the filter's part is compared.
    for row, asked_db in ((filtered, -9.0), (plain, 0.0)):
        name = f"cues/region={row['region']}/{row['video_id']}.json"
        sheet = CueSheet.from_json((Path(done.output) / name).read_bytes())
        assert {cue.filter_db for cue in sheet.cues if cue.kind == "ambience"} == {asked_db}


def test_loudness_and_peak_are_on_target(done: Catalogue) -> None:
    for row in done.rows():
        path = Path(done.output) / f"tracks/region=neutral/{row['video_id']}.wav"
        waveform, _ = soundfile.read(path, dtype="float32", always_2d=True)
        meter = LoudnessMeter(2)
        meter.add(np.ascontiguousarray(waveform.T))
        assert meter.integrated_lufs() == pytest.approx(-23, abs=0.5)
        assert row["true_peak_dbtp"] <= -1.0


def test_stems_sum_to_the_mix(done: Catalogue) -> None:
    for row in done.rows():
        folder = Path(done.output) / f"stems/region=neutral/{row['video_id']}"
        stems = {path.stem: soundfile.read(path, dtype="float64")[0] for path in folder.iterdir()}
        mix = stems.pop("mix")
        assert np.abs(sum(stems.values()) - mix).max() < 2**-15


def test_one_video_on_a_laptop_sounds_the_same(done: Catalogue, tmp_path: Path) -> None:
    row = done.rows()[0]
    alone = jobs.soundtracked_alone(row, tmp_path, PROMPT)
    assert alone == row["track_sha256"]


@pytest.mark.s3
def test_a_bucket_and_a_folder_give_the_same_bytes_even_through_faults(
    done: Catalogue, tmp_path: Path, s3_server: S3Server, s3_bucket: str,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    with (done.folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["video_id"] != "long"]
    for path in (done.folder / "videos").iterdir():
        Storage(s3_bucket).put_file(f"in/{path.name}", path)
    for row in rows:
        row["uri"] = f"{s3_bucket}/in/{Path(row['uri']).name}"
    settings = SETTINGS.replace('"videos"', f'"{s3_bucket}/in"')
    remote = jobs.catalogue(tmp_path, rows, output=f"{s3_bucket}/out", settings=settings)
    if outside.find(PROXY_SCRIPT) is None:
        assert remote.run(environment=s3_server.environment()) == 0, remote.told
    else:
        proxy: FaultProxy = request.getfixturevalue("fault_proxy")
        with faults(proxy):
            assert remote.run(environment=proxy.environment()) == 0, remote.told
    local = {key: digest for key, digest in done.tracks().items() if "/video" in key}
    assert len(local) == 2
    assert remote.tracks() == local
    assert {row["status"] for row in remote.rows()} == {"ok"}


def test_another_region_opens_no_video_and_keeps_the_actions(done: Catalogue) -> None:
    before = done.tracks()
    settings = done.job.read_text(encoding="utf-8")
    done.job.write_text(settings.replace("muxed = true", "muxed = false"), encoding="utf-8")
    for row in done.rows():
        blank(Path(row["uri"]))
    assert done.run_here(regions=("japan",)).exit_code == 0
    summary = json.loads(done.store.read("summary.json"))
    assert summary["tally"]["videos_opened"] == 0
    assert summary["tally"].get("features_computed", 0) == 0
    assert summary["ok"] == 3
    rows = {(row["video_id"], row["region"]): row for row in done.rows()}
    assert len(rows) == 6
    for video_id in ("video0", "video1", "long"):
        actions = [
            [cue for cue in rows[video_id, region]["cues"] if cue["kind"] == "action"]
            for region in ("neutral", "japan")
        ]
        assert actions[0] == actions[1]
        for group in {taxonomy().sound_class(cue["sound_class"]).group for cue in actions[0]}:
            stems = [
                done.store.read(f"stems/region={region}/{video_id}/{group}.wav")
                for region in ("neutral", "japan")
            ]
            assert stems[0] == stems[1], group
    assert before.items() <= done.tracks().items()


@contextmanager
def faults(proxy: FaultProxy) -> Iterator[None]:
    """Three kinds of trouble in turn, each for a second: 503 answers, resets, cut bodies."""
    over = threading.Event()

    def trouble() -> None:
        for mode in itertools.cycle(["503:0.3", "reset:0.3", "cut:100000"]):
            proxy.set(mode)
            if over.wait(1.0):
                return

    thread = threading.Thread(target=trouble)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        proxy.set("ok")
