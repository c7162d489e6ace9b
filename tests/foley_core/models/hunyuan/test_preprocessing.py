"""Pictures against the published pixels, and facts about them."""

import hashlib

import numpy as np
import parity
import torch

from foley_core.models.hunyuan.preprocessing import (
    normalised,
    scene_picture,
    sync_picture,
)


def patterned(height: int, width: int) -> np.ndarray:
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return ((7 * x + 13 * y + 29 * c + x * y // 17) % 256).astype(np.uint8)


def test_small_pictures_are_the_published_ones():
    golden = parity.golden("preprocess")
    for name in golden.cases("_video"):
        case = golden.under(f"{name}_")
        video = case["video"].numpy()
        for frame, expected in zip(video, case["siglip_u8"], strict=False):
            assert torch.equal(scene_picture(frame), expected)
        for frame, expected in zip(video, case["sync_u8"], strict=True):
            assert torch.equal(sync_picture(frame), expected)
        scene = torch.stack([normalised(scene_picture(frame)) for frame in video])
        sync = torch.stack([normalised(sync_picture(frame)) for frame in video])
        close = {"rtol": 0, "atol": 1e-6}
        crop = scene[:, :, 100:132, 200:232]
        torch.testing.assert_close(crop, case["siglip_crop_f32"], **close)
        torch.testing.assert_close(sync[:, :, 90:122, 100:132], case["sync_crop_f32"], **close)


def test_large_pictures_are_the_published_ones():
    golden = parity.golden("preprocess")
    for name in golden.cases("_sync_u8"):
        if f"{name}_hw" not in golden.facts:
            continue
        picture = patterned(*golden.facts[f"{name}_hw"])
        assert hashlib.sha256(picture.tobytes()).hexdigest() == golden.facts[f"{name}_input_sha256"]
        scene = scene_picture(picture)
        assert torch.equal(scene[:, ::8, ::8], golden.tensors[f"{name}_siglip_u8_stride8"])
        crop = golden.tensors[f"{name}_siglip_u8_crop"]
        assert torch.equal(scene[:, 200:264, 220:284], crop)
        assert torch.equal(sync_picture(picture), golden.tensors[f"{name}_sync_u8"])


def test_scene_pictures_are_squashed_and_sync_pictures_cut():
    halves = np.zeros((40, 120, 3), dtype=np.uint8)
    halves[:, 60:] = 200
    scene, sync = scene_picture(halves, 32), sync_picture(halves, 32)
    assert scene.shape == sync.shape == (3, 32, 32)
    assert scene[0, 0].tolist()[:14] == sync[0, 0].tolist()[:14] == [0] * 14
    assert scene[0, 0, 18:].eq(200).all()
    halves[:, :30], halves[:, 90:] = 255, 255
    assert sync_picture(halves, 32).max() <= 230
    assert scene_picture(halves, 32).max() == 255


def test_grey_levels_are_centred():
    assert normalised(torch.tensor([0, 255], dtype=torch.uint8)).tolist() == [-1.0, 1.0]


def test_pictures_that_are_mirrored_or_cannot_be_written_to_are_scaled_alike():
    rgb = np.random.default_rng(0).integers(0, 256, (60, 80, 3)).astype(np.uint8)
    mirrored, fixed = np.ascontiguousarray(rgb[:, ::-1])[:, ::-1], rgb.copy()
    fixed.setflags(write=False)
    for scale in (scene_picture, sync_picture):
        for same in (mirrored, fixed):
            assert torch.equal(scale(same, 32), scale(rgb, 32))
