"""Facts about positions: rotations, and which token stands where."""

import parity
import pytest
import torch
from torch.nn import functional

from foley_core.models.hunyuan.network_config import latent_steps, sync_segments
from foley_core.models.hunyuan.rotary import nearest, rotary, rotated, scene_positions


def test_tables_are_the_published_ones():
    golden = parity.golden("rope")
    for case in golden.cases(".cos"):
        cosines, sines = golden.tensors[f"{case}.cos"], golden.tensors[f"{case}.sin"]
        angles = rotary(torch.arange(len(cosines))[None], cosines.shape[1])
        for ours, theirs in zip(angles, (cosines, sines), strict=True):
            pairs = ours[0, :, 0].repeat_interleave(2, dim=-1)
            torch.testing.assert_close(pairs, theirs, rtol=0, atol=1e-6)


def test_maps_are_the_published_ones():
    golden = parity.golden("rope")
    for case in golden.cases(".sync_index"):
        steps, scene, sync = (int(part.lstrip("Navs")) for part in case.split(".")[1].split("_"))
        index, positions = (
            golden.tensors[f"{case}.sync_index"],
            golden.tensors[f"{case}.visual_pos"],
        )
        assert torch.equal(nearest(steps, sync).int(), index)
        assert torch.equal(scene_positions(scene, steps).int(), positions)


def test_nearest_is_that_of_interpolation_for_every_length():
    for pictures in range(16, 377):
        steps, sync = latent_steps(pictures), 8 * sync_segments(pictures)
        line = torch.arange(sync, dtype=torch.float32)[None, None]
        told = functional.interpolate(line, size=steps, mode="nearest-exact")[0, 0].long()
        assert torch.equal(nearest(steps, sync), told)


def test_scores_depend_on_distance_alone():
    query, key = torch.randn(1, 1, 1, 8), torch.randn(1, 1, 1, 8)

    def score(query_at: int, key_at: int) -> float:
        turned = [
            rotated(x, rotary(torch.tensor([[at]]), 8))
            for x, at in ((query, query_at), (key, key_at))
        ]
        return float((turned[0] * turned[1]).sum())

    assert score(3, 11) == pytest.approx(score(40, 48), abs=1e-5)
    assert score(3, 11) != pytest.approx(score(3, 12), abs=1e-3)


def test_pictures_stand_at_odd_positions_and_not_more_of_them_than_steps():
    assert scene_positions(4, 4).tolist() == [1, 3, 5, 7]
    assert scene_positions(2, 8).tolist() == [5, 13]
    with pytest.raises(ValueError, match="9 pictures"):
        scene_positions(9, 8)
