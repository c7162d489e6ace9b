"""Text features: the last hidden states of the CLAP text tower, for prompt and negative prompt.

The published code encodes both as one padded pair, and its denoiser attends to the padding too. But
the state of a token does not depend on the padding after it, and all padding of a prompt has the
same state. So each prompt is encoded once, alone, with one pad token after it, and any pair is
assembled from such prompts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from foley_core.errors import StorageError
from foley_core.models.hunyuan.network_config import MOST_TEXT_TOKENS


@dataclass(frozen=True, slots=True)
class EncodedPrompt:
    """The states `(L, D)` of a prompt's tokens, and the state `(D,)` of any padding after them."""

    tokens: Tensor
    pad: Tensor

    def padded(self, length: int) -> Tensor:
        """Return `(length, D)`: the states, then padding; longer prompts are cut off."""
        missing = max(0, length - len(self.tokens))
        return torch.cat([self.tokens, self.pad.expand(missing, -1)])[:length]

    def to_bytes(self) -> bytes:
        """Return the prompt as a safetensors file, without tokens beyond the 77 that count."""
        kept = self.tokens[:MOST_TEXT_TOKENS].cpu().contiguous()
        return safetensors.torch.save({"tokens": kept, "pad": self.pad.cpu().contiguous()})

    @classmethod
    def from_bytes(cls, data: bytes, name: str) -> "EncodedPrompt":
        """Read what `to_bytes` wrote.

        Args:
            name: stands for the object in messages.

        Raises:
            StorageError: the bytes are not those of an encoded prompt.
        """
        try:
            read = safetensors.torch.load(data)
            tokens, pad = read["tokens"], read["pad"]
            if not (0 < len(tokens) <= MOST_TEXT_TOKENS and tokens.shape[1:] == pad.shape):
                raise ValueError(f"{tuple(tokens.shape)} tokens, {tuple(pad.shape)} pad")
            return cls(tokens, pad)
        except (SafetensorError, KeyError, ValueError) as error:
            raise StorageError(
                f"{name} cannot be read as an encoded prompt ({error}); delete it and rerun"
            ) from error


def padded_pair(negative: EncodedPrompt, prompt: EncodedPrompt) -> tuple[Tensor, Tensor]:
    """Return features `(L, D)` of negative prompt and prompt, padded to the longer, cut to 77."""
    length = min(MOST_TEXT_TOKENS, max(len(negative.tokens), len(prompt.tokens)))
    return negative.padded(length), prompt.padded(length)


@torch.no_grad()
def encoded_prompt(network: Any, ids: Sequence[int]) -> EncodedPrompt:
    """Return the states, float32, that the text tower gives a prompt.

    Args:
        network: a `ClapTextModelWithProjection` of `transformers`.
        ids: the prompt's tokens, with the marks of beginning and end. Those beyond the network's
            positions are cut off; the denoiser attends to 77 of them at most.
    """
    pad: int = network.config.pad_token_id
    # A RoBERTa model numbers tokens from the id of its pad token on; padding has that position.
    positions = network.config.max_position_embeddings - pad - 1
    kept = list(ids[:positions])
    states = network(
        input_ids=torch.tensor([[*kept, pad]], device=network.device),
        attention_mask=torch.tensor([[1] * len(kept) + [0]], device=network.device),
    ).last_hidden_state[0]
    return EncodedPrompt(states[:-1].float(), states[-1].float())
