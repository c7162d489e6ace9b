"""One video in one call: waveform, stems, sheet, files, progress."""

import gc
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import videos
from networks import tiny_generator

from foley_core.cues.sheet import Cue, CueSheet
from foley_core.engine import EngineConfig, VideoFoleyEngine
from foley_core.errors import CheckpointError, ConfigError, DecodeError, EncodeError
from foley_core.models.embedded.weights_folder import GENERATOR_FILES, find_weights
from foley_core.soundtrack.soundtrack import Soundtrack
from foley_core.soundtrack.stored_detection import Detection
from foley_core.styles.pack import load_pack

QUICK = {"sync_precision": "fast"}


@pytest.fixture(scope="module")
def engine() -> VideoFoleyEngine:
    return VideoFoleyEngine()


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return videos.render(tmp_path_factory.mktemp("engine") / "square.mp4", seconds=2, sound=True)


@pytest.fixture(scope="module")
def track(engine: VideoFoleyEngine, video: Path) -> Soundtrack:
    return engine.generate(video, {**QUICK, "enable_background_music": True})


def test_the_track_is_as_long_as_the_picture(track: Soundtrack) -> None:
    assert track.waveform.shape == (2, 96_000)
    assert track.waveform.dtype == np.float32
    assert track.cue_sheet.samples == 96_000


def test_the_track_is_on_its_loudness(track: Soundtrack) -> None:
    assert track.loudness_lufs == pytest.approx(-23, abs=0.5)
    assert track.true_peak_dbtp is not None
    assert track.true_peak_dbtp <= -1


def test_music_is_a_stem_of_its_own(track: Soundtrack) -> None:
    assert "music" in track.stems
    assert all(stem.shape == track.waveform.shape for stem in track.stems.values())


def test_the_same_call_gives_the_same_samples(
    track: Soundtrack, engine: VideoFoleyEngine, video: Path
) -> None:
    again = VideoFoleyEngine().generate(video, {**QUICK, "enable_background_music": True})
    assert np.array_equal(again.waveform, track.waveform)
    other = engine.generate(video, {**QUICK, "enable_background_music": True, "seed": 2})
    assert not np.array_equal(other.waveform, track.waveform)


def test_export_writes_what_the_name_says(track: Soundtrack, tmp_path: Path) -> None:
    wav = soundfile.info(track.export(tmp_path / "a.wav"))
    flac = soundfile.info(track.export(tmp_path / "a.flac"))
    assert (wav.frames, wav.samplerate, wav.channels) == (96_000, 48_000, 2)
    assert (flac.frames, flac.format) == (96_000, "FLAC")
    assert track.export(tmp_path / "a.mp4").stat().st_size > 1000
    with pytest.raises(EncodeError, match="wav"):
        track.export(tmp_path / "a.mp3")


def test_switches_leave_out_what_they_name(engine: VideoFoleyEngine, video: Path) -> None:
    silent = {**QUICK, "enable_environment_sound": False, "enable_action_foley": False}
    track = engine.generate(video, silent)
    assert track.cue_sheet.cues == ()
    assert not track.waveform.any()
    assert track.notes


def test_a_gain_moves_its_own_stem_alone(
    engine: VideoFoleyEngine, video: Path, track: Soundtrack
) -> None:
    filters = "ambience: -9 dB, music: 50%"
    config = {**QUICK, "enable_background_music": True, "sound_filters": filters}
    filtered = engine.generate(video, config)
    lowered = {"ambience": 10 ** (-9 / 20), "music": 10 ** (-6.021 / 20)}
    assert set(filtered.stems) == set(track.stems)
    held = engine.generate(video, {**config, "hold_gain": True})
    assert held.loudness_lufs is not None
    assert held.loudness_lufs < -23.5
    for name, stem in track.stems.items():
        np.testing.assert_allclose(filtered.stems[name], stem * lowered.get(name, 1.0), atol=1e-6)


def test_music_is_of_the_mood_asked_for(engine: VideoFoleyEngine, video: Path) -> None:
    with pytest.raises(ConfigError, match="unknown mood 'jolly'"):
        engine.generate(video, {"mood": "jolly"})
    config = {**QUICK, "enable_background_music": True}
    moods = [engine.generate(video, {**config, "mood": mood}) for mood in ("epic", "calm")]
    assert not np.allclose(moods[0].stems["music"], moods[1].stems["music"], atol=1e-3)


def test_a_prompt_names_what_is_not_sure(
    engine: VideoFoleyEngine, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = CueSheet(96_000, (Cue("action", "strike", "wood", 4800, 40_000),))
    seen = Detection.of_seen(sheet, np.zeros(50, np.uint8))
    monkeypatch.setattr("foley_core.engine.load_detection", lambda store, key: seen)
    track = engine.generate(video, {**QUICK, "prompt": "pistol firing"})
    assert [cue.sound_class for cue in track.cue_sheet.cues] == ["gunshot"]
    assert "prompt: 1 unsure cue is named gunshot" in track.notes


def test_anonymised_pictures_have_features_of_their_own(video: Path, tmp_path: Path) -> None:
    for anonymise in (False, True):
        VideoFoleyEngine(store=str(tmp_path), anonymise=anonymise).generate(video, QUICK)
    clips = list(tmp_path.glob("features/v*/*/*.safetensors"))
    assert len(clips) == 2


def test_another_sample_rate(engine: VideoFoleyEngine, video: Path, tmp_path: Path) -> None:
    track = engine.generate(video, {**QUICK, "output_sample_rate": 44_100})
    assert track.waveform.shape == (2, 88_200)
    info = soundfile.info(track.export(tmp_path / "a.wav"))
    assert (info.samplerate, info.frames) == (44_100, 88_200)


def test_the_light_tier_is_another_network(video: Path, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    tiny_generator(folder / GENERATOR_FILES["light"])
    engine = VideoFoleyEngine(model_path=folder)
    track = engine.generate(video, {"tier": "light"})
    assert np.isfinite(track.waveform).all()
    light = engine.generator("standard", "light").identity
    assert light.startswith("embedded-light-")
    assert light == find_weights(folder).generator_identity("light", "standard")
    assert (
        engine.generator("standard").identity == VideoFoleyEngine().generator("standard").identity
    )
    written = track.export(tmp_path / "track.wav").read_bytes()
    assert find_weights(folder).label("light").encode() in written[:2000]


def test_loudness_is_the_pack_s_unless_told_otherwise() -> None:
    quiet = load_pack("neutral")
    quiet = replace(quiet, mix=quiet.mix.model_copy(update={"loudness_lufs": -30.0}))
    assert EngineConfig().target(quiet).loudness_lufs == -30.0
    told = EngineConfig(loudness_lufs=-16.0, true_peak_dbtp=-2.0).target(quiet)
    assert (told.loudness_lufs, told.true_peak_dbtp) == (-16.0, -2.0)


def test_progress_goes_from_0_to_1(engine: VideoFoleyEngine, video: Path) -> None:
    shares: list[float] = []
    engine.generate(video, {**QUICK, "seed": 3}, shares.append)
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert shares == sorted(shares)


def test_what_is_wrong_is_said(engine: VideoFoleyEngine, video: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"loud.*\n.*sync_precision|sync_precision.*\n.*loud"):
        engine.generate(video, {"loud": True, "sync_precision": "perfect"})
    with pytest.raises(ConfigError, match="'promt'; did you mean 'prompt'"):
        engine.generate(video, {"promt": "rain"})
    with pytest.raises(ConfigError, match="atlantis"):
        engine.generate(video, {"region": "atlantis"})
    with pytest.raises(DecodeError, match="no video"):
        engine.generate(tmp_path / "none.mp4")
    with pytest.raises(CheckpointError):
        VideoFoleyEngine(model_path=tmp_path)


def test_values_of_wrong_types_are_said(engine: VideoFoleyEngine, video: Path) -> None:
    wrong: list[dict[str, Any]] = [
        *({name: value} for name in ("model_path", "store") for value in (5, b"x", [], "a\0b", "")),
        *({name: value} for name in ("model", "device") for value in (5, object())),
    ]
    for arguments in wrong:
        with pytest.raises((ConfigError, CheckpointError)):
            VideoFoleyEngine(**arguments)
    configs: list[Any] = [5, "x", b"x", [1], np.zeros(3), EngineConfig, {"prompt": "\ud800"}]
    for config in configs:
        with pytest.raises(ConfigError, match="the configuration"):
            engine.generate(video, config)


def test_paths_may_be_text_bytes_or_a_path(video: Path, tmp_path: Path) -> None:
    engine = VideoFoleyEngine(store=tmp_path)
    tracks = [engine.generate(path, QUICK) for path in (str(video), os.fsencode(video), video)]
    assert all(np.array_equal(tracks[0].waveform, one.waveform) for one in tracks[1:])
    assert (tmp_path / "features").is_dir()


def test_a_soundtrack_outlives_its_engine(video: Path) -> None:
    track = VideoFoleyEngine().generate(video, QUICK)
    gc.collect()
    assert track.stems
