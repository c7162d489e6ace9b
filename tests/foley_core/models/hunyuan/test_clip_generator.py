"""Clips by tiny public checkpoints: the same alone and in company, encoded once, loaded late."""

import pickle
from dataclasses import replace
from pathlib import Path

import hunyuan_files
import numpy as np
import pytest

from foley_core.errors import CheckpointError, GenerationError, StorageError
from foley_core.models.hunyuan.batch_shapes import BatchShapes
from foley_core.models.hunyuan.clip_generator import HunyuanGenerator, HunyuanLooker
from foley_core.models.hunyuan.clip_sampler import ClipSampler, padded_lengths
from foley_core.models.hunyuan.clip_visuals import ClipVisuals
from foley_core.models.hunyuan.kernels import Kernels
from foley_core.models.hunyuan.licence import LICENCE
from foley_core.models.hunyuan.public_model import PublicModel, find_model
from foley_core.models.protocol import ClipSpec
from foley_core.soundtrack.clips import ClipPlan, keep_clips, text_keys
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage

STEPS = 50
CARD = Kernels("2.13.0", "cuda13.0", "cudnn", compiled=True)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> PublicModel:
    folder = hunyuan_files.write_published(tmp_path_factory.mktemp("weights"))
    return find_model("hunyuan-tiny", str(folder), LICENCE)


@pytest.fixture(scope="module")
def generator(model: PublicModel) -> HunyuanGenerator:
    return HunyuanGenerator(model, "cpu", "draft")


@pytest.fixture
def store(tmp_path: Path, model: PublicModel, generator: HunyuanGenerator) -> Storage:
    """A feature store with what was seen in three clips, and what was made of the prompts."""
    made = Storage(str(tmp_path))
    rng = np.random.default_rng(0)
    looker = HunyuanLooker(model, "cpu")
    for name, count in (("long", STEPS), ("short", 30), ("barely", 26)):
        pictures = ((i / 25, rng.integers(0, 256, (36, 64, 3), np.uint8)) for i in range(count))
        made.put(name, looker.look(pictures).to_bytes())
    for key, prompt in generator.texts(clip()).items():
        made.put(key, generator.encode_text(prompt))
    return made


def clip(picture: str = "long", steps: int = STEPS, **values: object) -> ClipSpec:
    given = {"prompt": "rain", "negative_prompt": "noisy", "guidance": 4.5, "seed": 7}
    return ClipSpec(picture=picture, steps=steps, **{**given, **values})  # type: ignore[arg-type]


def test_a_clip_lasts_as_long_as_its_pictures(generator: HunyuanGenerator, store: Storage) -> None:
    (sound,) = generator.generate_clips([clip()], store)
    assert sound.shape[0] == 1
    assert 0 <= STEPS * 1920 - sound.shape[1] <= 4 * 1920
    assert np.abs(sound).max() <= 1.0


def test_the_same_clip_is_the_same_sound_and_another_seed_another(
    generator: HunyuanGenerator, store: Storage
) -> None:
    first, again, other = (
        generator.generate_clips([one], store)[0] for one in (clip(), clip(), clip(seed=8))
    )
    assert np.array_equal(first, again)
    assert not np.allclose(first, other, atol=1e-3)


def test_prompts_are_encoded_once_and_kept(
    generator: HunyuanGenerator, store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = clip(prompt="hail", negative_prompt="hum")
    plans = [ClipPlan(0, STEPS * 1920, 0, 0, spec) for spec in (one, replace(one, seed=9))]
    own = VideoStore(store, "v")
    own.trace([*text_keys(plans, generator), *(plan.key(generator.identity) for plan in plans)])
    assert not any(store.exists(key) for key in generator.texts(one))
    keep_clips([(own, plans[:1])], generator)
    assert all(store.exists(key) for key in generator.texts(one))
    monkeypatch.setattr(generator, "_words", None)
    assert len(keep_clips([(own, plans)], generator)) == 1


def test_a_prompt_that_nobody_encoded_is_missed(
    generator: HunyuanGenerator, store: Storage
) -> None:
    with pytest.raises(StorageError, match="features/text-v"):
        generator.generate_clips([clip(prompt="hail")], store)


def test_clips_at_once_have_one_guidance_and_about_one_length(
    generator: HunyuanGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = ClipSampler.__new__(ClipSampler)
    loaded.shapes = BatchShapes(30)
    monkeypatch.setattr(generator, "_loaded", loaded)
    clips = [clip(steps=n) for n in (100, 375, 360, 374)] + [clip(steps=375, guidance=3.0)]
    assert generator.batches(clips) == [[1, 2], [3], [4], [0]]


def test_a_clip_in_padded_batches_has_the_same_bits_whatever_is_beside_it(
    model: PublicModel, store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    padding = HunyuanGenerator(model, "cpu", "draft")
    monkeypatch.setattr(padding._loaded, "shapes", BatchShapes(9))
    barely, longer = clip("barely", steps=26), clip(seed=8)
    assert padding.batches([barely, longer]) == [[0, 1]]
    (alone,) = padding.generate_clips([barely], store)
    beside = padding.generate_clips([barely, longer], store)
    assert np.array_equal(alone, beside[0])
    # Padded or not, batched or not: the same sound, but for the last bits.
    plain = HunyuanGenerator(model, "cpu", "draft")
    for spec, sound in zip((barely, longer), beside, strict=True):
        (single,) = plain.generate_clips([spec], store)
        assert single.shape == sound.shape
        assert np.linalg.norm(single - sound) < 1e-3 * np.linalg.norm(single)


def test_nothing_is_loaded_where_nothing_is_missing(tmp_path: Path, model: PublicModel) -> None:
    gone = replace(model, place=str(tmp_path / "gone"))
    assert HunyuanGenerator(gone, "cpu", "fine").batches([]) == []
    with pytest.raises(CheckpointError, match="there is no"):
        HunyuanGenerator(gone, "cpu", "fine").batches([clip()])


def test_it_can_be_sent_to_a_worker(model: PublicModel) -> None:
    generator = HunyuanGenerator(model, "cpu", "fine")
    assert pickle.loads(pickle.dumps(generator)).identity == generator.identity


def test_names_change_with_all_that_shapes_sound(model: PublicModel) -> None:
    names = {
        HunyuanGenerator(model, device, quality, alone=alone, kernels=CARD).identity
        for device in ("cpu", "cuda")
        for quality in ("draft", "standard", "fine")
        for alone in (False, True)
    }
    assert len(names) == 9, "on a CPU every clip is alone"
    assert HunyuanGenerator(model, "cpu", "draft", shortcuts=["step_cache"]).identity not in names
    others = (replace(CARD, attention="efficient"), replace(CARD, compiled=False))
    names |= {HunyuanGenerator(model, "cuda", "fine", kernels=one).identity for one in others}
    assert len(names) == 11
    for device in ("cpu", "cuda"):
        generator = HunyuanGenerator(model, device, "fine")
        assert HunyuanLooker(model, device).encoder == generator.encoder
    assert HunyuanLooker(model, "cpu").encoder != HunyuanLooker(model, "cuda").encoder
    assert HunyuanLooker(model, "cpu", True).encoder != HunyuanLooker(model, "cpu").encoder


def test_features_that_are_missing_or_damaged_are_named(
    generator: HunyuanGenerator, store: Storage
) -> None:
    with pytest.raises(StorageError, match="gone"):
        generator.generate_clips([clip("gone")], store)
    store.put("bad", b"no features")
    with pytest.raises(StorageError, match="bad cannot be read as a clip's visual features"):
        generator.generate_clips([clip("bad")], store)


def test_sound_that_is_none_is_refused(
    generator: HunyuanGenerator, store: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value, said in ((0.0, "silent"), (np.nan, "not finite")):
        silence = [np.full((1, 960), value, np.float32)]
        monkeypatch.setattr(ClipSampler, "generate", lambda *_, out=silence: out)
        with pytest.raises(GenerationError, match=said):
            generator.generate_clips([clip()], store)


def test_nothing_is_found_before_the_licence_is_accepted(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="accept_licence"):
        find_model("hunyuan-xxl", str(tmp_path), None)
    with pytest.raises(CheckpointError, match=r"no hunyuanvideo_foley\.safetensors or"):
        find_model("hunyuan-xxl", str(tmp_path), LICENCE)


@pytest.mark.parametrize("pictures", [16, 50, 113, 200, 375, 376])
def test_a_size_has_room_for_every_clip_of_its_seconds(pictures: int, model: PublicModel) -> None:
    seen = ClipVisuals(
        scene=np.zeros((pictures * 8 // 25 + 1, 12), np.float32),
        sync=np.zeros((8 * ((pictures - 16) // 8 + 1), 16), np.float32),
        sync_pictures=pictures,
    )
    size = padded_lengths((pictures - 1) / 25)
    assert size.scene >= len(seen.scene)
    assert size.sync >= len(seen.sync)
    assert 2 * pictures <= size.latent_steps <= 2 * 376
