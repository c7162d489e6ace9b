"""Facts about the parts of the transformer."""

import pytest
import torch
from torch import nn

from foley_core.models.layers import (
    Attention,
    Block,
    MotionAttention,
    along_steps,
    modulated,
    sinusoids,
)


def test_sinusoids_tell_positions_apart() -> None:
    table = sinusoids(torch.arange(256), 64, 1000.0)
    assert table.shape == (256, 64)
    distances = torch.cdist(table, table) + torch.eye(256) * 9
    assert distances.min() > 0.05


def test_modulation_by_zero_changes_nothing() -> None:
    x = torch.randn(2, 5, 8)
    assert torch.equal(modulated(x, torch.zeros(2, 8), torch.zeros(2, 8)), x)


@pytest.mark.parametrize("dilation", [1, 2, 8])
def test_a_convolution_along_steps_is_the_library_s(dilation: int) -> None:
    torch.manual_seed(0)
    convolution = nn.Conv1d(6, 4, 5, padding=2 * dilation, dilation=dilation)
    x = torch.randn(3, 24, 6)
    expected = convolution(x.transpose(1, 2)).transpose(1, 2)
    torch.testing.assert_close(along_steps(convolution, x), expected, rtol=1e-5, atol=1e-6)


def test_attention_does_not_mix_items() -> None:
    torch.manual_seed(0)
    attention = Attention(16, 4)
    x = torch.randn(3, 7, 16)
    whole = attention(x, x)
    x[1] = 0
    assert torch.equal(attention(x, x)[0], whole[0])


def test_bias_falls_with_distance_and_grows_with_energy() -> None:
    attention = MotionAttention(16, 4)
    energy = torch.zeros(1, 10)
    energy[0, 7] = 1.0
    bias = attention.bias(20, energy)
    assert bias.shape == (1, 4, 20, 10)
    near, far = bias[0, :, 6, 3], bias[0, :, 6, 9]
    assert (near > far).all()
    assert (bias[0, :, 14, 7] > bias[0, :, 14, 6]).all()


def test_a_fresh_block_passes_sound_through_its_self_attention_gates() -> None:
    block = Block(16, 4, hears_motion=True)
    x = torch.randn(2, 6, 16)
    assert torch.equal(block(x, torch.zeros(2, 6, 16), None), x)
    moved = block(x, torch.zeros(2, 6, 16), torch.rand(2, 3))
    assert not torch.equal(moved, x)
