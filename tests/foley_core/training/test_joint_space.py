"""Band images show pitch and time; contrast is least where pairs agree."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from torch.nn import functional

from foley_core.models.embedded.perception_net import ACTIONS, JOINT_WIDTH
from foley_core.training.joint_space import (
    MEL_BANDS,
    AudioEncoder,
    band_image,
    contrast,
    draw_recordings,
    load_recordings,
)


@pytest.mark.parametrize("sample_rate", [44_100, 48_000])
def test_a_higher_tone_lies_in_a_higher_band(sample_rate: int) -> None:
    t = np.arange(sample_rate) / sample_rate
    bands = [
        int(band_image(np.sin(2 * np.pi * hz * t).astype(np.float32), sample_rate).mean(1).argmax())
        for hz in (200.0, 1000.0, 5000.0)
    ]
    assert bands == sorted(set(bands))


def test_a_click_is_an_edge_in_time() -> None:
    waveform = np.zeros(48_000, np.float32)
    waveform[24_000] = 1.0
    image = band_image(waveform, 48_000)
    assert image.shape == (MEL_BANDS, 50)
    assert abs(int(image.mean(0).argmax()) - 25) <= 1


def test_contrast_prefers_pairs_that_agree() -> None:
    sights = functional.normalize(torch.randn(8, JOINT_WIDTH, generator=torch.Generator()), dim=-1)
    belong = torch.eye(8, dtype=torch.bool)
    assert contrast(sights, sights, belong) < contrast(sights, sights.roll(1, 0), belong)


def test_a_sound_that_fits_two_sights_may_lie_near_both() -> None:
    sights = functional.normalize(torch.randn(4, JOINT_WIDTH, generator=torch.Generator()), dim=-1)
    sights[1] = sights[0]
    apart, shared = torch.eye(4, dtype=torch.bool), torch.eye(4, dtype=torch.bool)
    shared[0, 1] = shared[1, 0] = True
    assert contrast(sights, sights, shared) <= contrast(sights, sights, apart)


def test_recordings_are_found_by_the_classes_that_borrow_them(tmp_path: Path) -> None:
    for name in ("impact_wood", "dog_bark"):
        (tmp_path / name).mkdir()
        noise = np.random.default_rng(0).normal(0, 0.1, 9_000).astype(np.float32)
        soundfile.write(tmp_path / name / "one.flac", noise, 44_100)
    header = "file,class,licence,author_attribution,bandwidth_hz"
    rows = [f"{name}/one.flac,{name},CC0-1.0,a,16000" for name in ("impact_wood", "dog_bark")]
    (tmp_path / "sounds.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    recordings = load_recordings(tmp_path)
    assert len(recordings.images) == 2
    tap, set_down, gun = (ACTIONS.index(name) for name in ("tap", "set_down", "gunshot"))
    assert recordings.may_be[tap].tolist() == recordings.may_be[set_down].tolist()
    drawn, has = draw_recordings(recordings, torch.tensor([tap, gun]), torch.Generator())
    assert has.tolist() == [True, False]
    heard = AudioEncoder()(recordings.images[drawn])
    assert heard.shape == (1, JOINT_WIDTH)
    assert float(heard.detach().norm(dim=-1)) == pytest.approx(1.0, abs=1e-5)
    none, has = draw_recordings(recordings, torch.tensor([gun]), torch.Generator())
    assert len(none) == 0
    assert not has.any()
