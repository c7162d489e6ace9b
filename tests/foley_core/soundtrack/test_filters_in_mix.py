"""Sound filters on real mixes: a gain moves its class by what was asked, and nothing else."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import videos
from fakes import ToneGenerator, store_stems
from mixes import whole

from foley_core.cues.filters import parse_filters
from foley_core.cues.sheet import Cue, CueSheet
from foley_core.mixing.ducking import DEPTH_DB
from foley_core.mixing.target import LoudnessTarget
from foley_core.models.protocol import SoundSpec
from foley_core.soundtrack.deliver import filter_note
from foley_core.soundtrack.delivery import Delivery
from foley_core.soundtrack.finishing import Finished, finish
from foley_core.soundtrack.mixdown import mix_of, stem_groups
from foley_core.soundtrack.planning import Score, Scoring, score
from foley_core.soundtrack.request import VideoRequest
from foley_core.soundtrack.span import Footage, span_of
from foley_core.soundtrack.stored_detection import Detection
from foley_core.storage.store import Storage
from foley_core.styles.pack import load_pack
from foley_core.styles.wishes import Wishes
from foley_core.types import F32

SAMPLES = 6 * 48_000
CUES = [
    *(Cue("action", "footstep_walk", "wood", at, at + 4800) for at in range(4800, SAMPLES, 24_000)),
    Cue("action", "key_press", "plastic", 30_000, 33_000),
    Cue("action", "door_slam", "wood", 60_000, 90_000),
    Cue("ambience", "wind", None, 0, SAMPLES),
]
DETECTION = Detection(CueSheet(SAMPLES, ()).with_cues(CUES), np.zeros(150, np.uint8))


class NoiseGenerator(ToneGenerator):
    """Performs every cue as decaying noise of its seed."""

    identity = "noise/1"

    def generate(self, specs: Sequence[SoundSpec]) -> list[F32]:
        """Noise for each, decaying where it is an action."""
        self.performed.extend(specs)
        return [self._noise(spec) for spec in specs]

    @staticmethod
    def _noise(asked: SoundSpec) -> F32:
        noise = np.random.default_rng(asked.seed).standard_normal((asked.channels, asked.samples))
        decay = np.exp(-np.arange(asked.samples) / 4_000) if asked.channels == 1 else 1.0
        return np.clip(0.2 * noise * decay, -1, 1).astype(np.float32)


GENERATOR = NoiseGenerator()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    return Storage(str(tmp_path_factory.mktemp("filters")))


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(videos.render(tmp_path_factory.mktemp("video") / "v.mp4", seconds=6))


def scored(filters: str = "", job_filters: str = "", music: bool = True) -> Score:
    scoring = Scoring(
        load_pack("neutral"), Wishes(music=music), filters=parse_filters(job_filters, "job")
    )
    return score(
        DETECTION, VideoRequest("v", "v", Wishes(sound_filters=filters)), scoring, GENERATOR
    )


def keys(made: Score) -> set[str]:
    return {plan.key(GENERATOR.identity) for plan in made.stems}


def groups(store: Storage, made: Score) -> dict[str, F32]:
    store_stems(store, made.stems, GENERATOR)
    apart = stem_groups(store, made.mix_plan)
    return {name: whole(blocks) for name, blocks in apart.items()}


def energy_db(sound: F32) -> float:
    return float(10 * np.log10(np.square(sound, dtype=np.float64).sum()))


@pytest.mark.parametrize(
    ("text", "group", "gain_db"),
    [
        ("footsteps: 50%", "footsteps", -6.02),
        ("footsteps: +9 dB", "footsteps", 9.0),
        ("footstep_walk: -20 dB", "footsteps", -20.0),
        ("wind: 200%", "ambience", 6.02),
        ("doors: -3 dB", "doors", -3.0),
        ("music: -12 dB", "music", -12.0),
        ("music: 150%", "music", 3.52),
    ],
)
def test_a_gain_moves_its_class_in_the_mix_and_nothing_else(
    store: Storage, text: str, group: str, gain_db: float
) -> None:
    plain, filtered = groups(store, scored()), groups(store, scored(text))
    assert energy_db(filtered[group]) - energy_db(plain[group]) == pytest.approx(gain_db, abs=0.05)
    for name in plain.keys() - {group}:
        assert np.array_equal(plain[name], filtered[name]), name
    assert np.abs(sum(filtered.values()) - whole(mix_of(store, scored(text).mix_plan))).max() < 1e-5


def test_gains_move_no_stem() -> None:
    asked = "footsteps: 50%, wind: +6 dB, door_slam: 10%, music: -3 dB"
    assert scored(asked).stems != scored().stems
    assert keys(scored(asked)) == keys(scored())


def test_a_ban_leaves_none_of_its_cues_and_all_other_stems(store: Storage) -> None:
    banned = scored("keyboard typing: off")
    assert "key_press" not in {cue.sound_class for cue in banned.mix_plan.sheet.cues}
    plain, filtered = groups(store, scored()), groups(store, banned)
    assert plain.keys() - filtered.keys() == {"hands"}
    for name in filtered.keys() - {"music"}:
        assert np.array_equal(plain[name], filtered[name]), name
    assert keys(banned) < keys(scored())


def test_a_style_generates_only_its_own_class_again() -> None:
    dull, plain = scored("duller footsteps"), scored()
    others = {plan.key("") for plan in plain.stems if plan.group != "footsteps"}
    assert others == {plan.key("") for plan in dull.stems if plan.group != "footsteps"}
    assert keys(dull) != keys(plain)


def mastered(store: Storage, video: str, folder: Path, filters: str, **delivery: object):  # type: ignore[no-untyped-def]
    return finished(store, video, folder, filters, **delivery).mastered


def finished(
    store: Storage, video: str, folder: Path, filters: str, **delivery: object
) -> Finished:
    request = VideoRequest("v", video)
    made = scored(filters, music=False)
    store_stems(store, made.stems, GENERATOR)
    footage = Footage(request, span_of(request))
    wanted = Delivery(**delivery)  # type: ignore[arg-type]
    return finish(store, footage, made.mix_plan, wanted, folder / "mix.f32")


def test_a_gain_within_the_tolerance_leaves_the_rest_of_the_track_as_it_was(
    store: Storage, video: str, tmp_path: Path
) -> None:
    plain = mastered(store, video, tmp_path, "")
    before = whole(plain.blocks)
    filtered = mastered(store, video, tmp_path, "key_press: +6 dB")
    after = whole(filtered.blocks)
    assert filtered.gain_db == plain.gain_db
    assert filtered.loudness_lufs == pytest.approx(-23, abs=0.5)
    assert np.array_equal(before[:, :30_000], after[:, :30_000])
    assert filter_note(filtered) is None


@pytest.mark.parametrize("text", ["footsteps: 25%", "wind: +24 dB", "footsteps: +12 dB"])
def test_a_gain_beyond_it_moves_the_whole_track_just_onto_its_loudness_and_says_so(
    store: Storage, video: str, tmp_path: Path, text: str
) -> None:
    filtered = mastered(store, video, tmp_path, text)
    assert 0.2 < abs(filtered.loudness_lufs + 23) < 0.5
    assert filtered.note is None
    assert "all of it was moved by" in str(filter_note(filtered))


def test_a_track_that_cannot_reach_its_loudness_holds_its_gain_too(
    store: Storage, video: str, tmp_path: Path
) -> None:
    loud = LoudnessTarget(loudness_lufs=-3.0, true_peak_dbtp=-9.0)
    plain = mastered(store, video, tmp_path, "", target=loud)
    assert plain.loudness_lufs < -9
    filtered = mastered(store, video, tmp_path, "key_press: +6 dB", target=loud)
    assert filtered.gain_db == plain.gain_db
    assert "limiting" in str(filtered.note)


def test_a_held_gain_is_kept_at_whatever_loudness(
    store: Storage, video: str, tmp_path: Path
) -> None:
    plain = mastered(store, video, tmp_path, "")
    before = whole(plain.blocks)
    softer = finished(store, video, tmp_path, "footsteps: -12 dB", hold_gain=True)
    filtered = softer.mastered
    assert filtered.gain_db == plain.gain_db
    assert filtered.loudness_lufs < -24
    assert "held against the sound filters" in str(filtered.note)
    apart = [whole(blocks) for blocks in stem_groups(store, softer.plan).values()]
    sounding = 10 ** (plain.gain_db / 20) * np.sum(apart, axis=0)
    assert np.abs(whole(filtered.blocks) - sounding).max() < 1e-4
    assert not np.allclose(before, sounding, atol=1e-2)


def test_music_is_so_many_db_lower_where_foley_sounds(store: Storage) -> None:
    ducked = groups(store, scored())["music"]
    scoring = Scoring(load_pack("neutral"), Wishes(music=True, action=False))
    alone = score(DETECTION, VideoRequest("v", "v"), scoring, GENERATOR)
    plain = groups(store, alone)["music"]
    for cue in (one for one in CUES if one.sound_class in ("footstep_walk", "door_slam")):
        part = slice(cue.onset, cue.onset + 4800)
        lower = energy_db(plain[:, part]) - energy_db(ducked[:, part])
        assert lower == pytest.approx(DEPTH_DB, abs=0.1)
    assert np.array_equal(ducked[:, :1500], plain[:, :1500])


def test_filters_of_the_job_are_no_other(store: Storage) -> None:
    assert scored("", "footsteps: 50%").mix_plan == scored("footsteps: 50%").mix_plan
