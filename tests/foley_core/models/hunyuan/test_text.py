"""Text features against the published ones, and facts about pairs of prompts."""

import parity
import pytest
import torch
from transformers import ClapTextConfig, ClapTextModelWithProjection

from foley_core.models.hunyuan.text import EncodedPrompt, encoded_prompt, padded_pair

TINY = ClapTextConfig(
    vocab_size=300,
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=16,
    max_position_embeddings=100,
    projection_dim=8,
)


def spelled(prompt: str) -> list[int]:
    return [0, *(3 + byte for byte in prompt.encode()), 2]


@pytest.fixture(scope="module")
def network() -> ClapTextModelWithProjection:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return ClapTextModelWithProjection(TINY).eval()


def test_a_prompt_alone_and_its_pad_are_the_published_states():
    golden = parity.golden("clap_tiny")
    network = ClapTextModelWithProjection(ClapTextConfig(**golden.facts["config"]))
    found = network.eval().load_state_dict(golden.under("state."), strict=False)
    assert not found.missing_keys
    ids, mask = golden.tensors["input_ids"], golden.tensors["attention_mask"]
    for row, kept, expected in zip(ids, mask, golden.tensors["last_hidden_state"], strict=True):
        real = row[kept.bool()].tolist()
        prompt = encoded_prompt(network, real)
        assert len(prompt.tokens) == len(real)
        torch.testing.assert_close(prompt.padded(len(row)), expected, rtol=1e-5, atol=1e-5)


def test_a_pair_is_what_encoding_both_together_gives(network):
    first, second = spelled("noisy"), spelled("boots on gravel")
    ids = torch.tensor([first + [1] * (len(second) - len(first)), second])
    with torch.no_grad():
        together = network(input_ids=ids, attention_mask=ids.ne(1).long())
    pair = padded_pair(
        encoded_prompt(network, spelled("noisy")),
        encoded_prompt(network, spelled("boots on gravel")),
    )
    torch.testing.assert_close(torch.stack(pair), together.last_hidden_state, rtol=1e-4, atol=1e-5)


def test_pairs_have_one_length_and_are_cut_at_77_tokens(network):
    short, long = encoded_prompt(network, spelled("")), encoded_prompt(network, spelled("x" * 90))
    assert [len(row) for row in padded_pair(short, long)] == [77, 77]
    assert [len(row) for row in padded_pair(short, encoded_prompt(network, spelled("ab")))] == [
        4,
        4,
    ]
    assert torch.equal(padded_pair(short, long)[0][5], short.pad)


def test_a_prompt_longer_than_all_positions_is_cut(network):
    assert len(encoded_prompt(network, spelled("x" * 500)).tokens) == 98


def test_padding_stands_for_any_length():
    prompt = EncodedPrompt(torch.ones(2, 3), torch.zeros(3))
    assert prompt.padded(4).sum(dim=1).tolist() == [3, 3, 0, 0]
    assert prompt.padded(1).shape == (1, 3)
