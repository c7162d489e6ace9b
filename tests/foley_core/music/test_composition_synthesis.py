"""Compositions rendered: at the pitch written, equally loud, the same each time."""

import numpy as np
import pytest

from foley_core.audio.loudness import loud_moment
from foley_core.audio.waveform import gain_to_db
from foley_core.cues.levels import COMPOSED_DB
from foley_core.cues.sheet import Style
from foley_core.music.composed_spec import ComposedSpec
from foley_core.music.composition import Composition
from foley_core.music.composition_synthesis import compose
from foley_core.styles.pack import available_packs, load_pack
from foley_core.timebase import SAMPLE_RATE

SHIPPED = {
    f"{name}/{key}": written
    for name in available_packs()
    for key, written in load_pack(name).compositions.items()
}


def written(**voice: object) -> Composition:
    notes = [[0.0, 1000.0, 1.0, 0.0]]
    return Composition.model_validate(
        {"sound_class": "bell", "voices": [{"notes": notes, **voice}]}
    )


def performed(
    composition: Composition, seconds: float = 1.0, seed: int = 1, **style: float
) -> ComposedSpec:
    return ComposedSpec(composition, round(seconds * SAMPLE_RATE), 1.0, Style(**style), seed)


def strongest_hz(waveform: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(waveform[0]))
    return float(spectrum.argmax()) * SAMPLE_RATE / waveform.shape[1]


def test_a_note_has_its_pitch_and_a_glide_leaves_it() -> None:
    assert strongest_hz(compose(performed(written()))) == pytest.approx(1000, abs=2)
    risen = compose(performed(written(glide=[1.0, 2.0])))
    assert strongest_hz(risen[:, : SAMPLE_RATE // 10]) == pytest.approx(1035, abs=30)
    assert strongest_hz(risen[:, -SAMPLE_RATE // 10 :]) == pytest.approx(1930, abs=60)


def test_style_moves_what_it_names() -> None:
    partials = [[1.0, 0.0], [4.0, 0.0]]
    plain = np.abs(np.fft.rfft(compose(performed(written(partials=partials)))[0]))
    bright = np.abs(np.fft.rfft(compose(performed(written(partials=partials), brightness=1))[0]))
    assert bright[4000] / bright[1000] > 1.5 * plain[4000] / plain[1000]
    assert strongest_hz(compose(performed(written(), size=1))) == pytest.approx(707, abs=3)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_composition_is_as_loud_as_a_bed(name: str) -> None:
    composition = SHIPPED[name]
    seconds = composition.lasts_s or 4.0
    waveform = compose(performed(composition, seconds))
    assert waveform.shape == (2, round(seconds * SAMPLE_RATE))
    assert waveform.dtype == np.float32
    assert np.isfinite(waveform).all()
    assert np.abs(waveform).max() < 0.5
    level = gain_to_db(loud_moment(waveform, 0.95))
    assert level == pytest.approx(COMPOSED_DB, abs=9.0)


def test_the_same_performance_is_the_same_samples_and_chance_depends_on_the_seed() -> None:
    busy = SHIPPED["southeast-asia-city/tropical-birds"]
    first, again = (compose(performed(busy, 3)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, compose(performed(busy, 3, seed=2)))


def test_what_has_no_chance_in_it_is_one_stem_for_all_seeds_and_generators() -> None:
    chime = SHIPPED["japan/door-chime"]
    assert not chime.varies
    one, other = performed(chime, seed=1), performed(chime, seed=2)
    assert one.key("a generator") == other.key("another")
    np.testing.assert_array_equal(compose(one), compose(other))
    birds = SHIPPED["japan/bell-crickets"]
    assert performed(birds, seed=1).key("g") != performed(birds, seed=2).key("g")


def test_density_is_how_much_comes() -> None:
    sparse, busy = (
        compose(ComposedSpec(SHIPPED["japan/bell-crickets"], 144_000, density, Style(), 4))
        for density in (0.1, 1.0)
    )
    assert np.square(sparse).mean() < 0.5 * np.square(busy).mean()


def test_the_least_rates_and_times_of_the_schema_give_finite_sound() -> None:
    least = written(per_minute=0.001, decay_s=0.001)
    sound = compose(ComposedSpec(least, 48_000, 0.001, Style(wetness=-1), 1))
    assert np.isfinite(sound).all()
