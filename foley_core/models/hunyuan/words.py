"""The text encoder with its published weights: a prompt becomes the states of its tokens."""

from typing import Any

import torch

from foley_core.errors import CheckpointError
from foley_core.models.hunyuan.loading import imported_transformers, load_clap
from foley_core.models.hunyuan.published import CLAP_FOLDER, Published
from foley_core.models.hunyuan.text import EncodedPrompt, encoded_prompt


class PromptEncoder:
    """CLAP's text tower and its tokenizer."""

    def __init__(self, published: Published, device: torch.device) -> None:
        """Load the network and the tokenizer.

        Raises:
            CheckpointError: files are missing or damaged, or the extra `hf` is not installed.
            StorageError: they cannot be read.
        """
        self._network = load_clap(published, device)
        self._tokenizer = _tokenizer(published)

    def encode(self, prompt: str) -> EncodedPrompt:
        """Return the states of a prompt's tokens and of the padding after them."""
        ids: list[int] = self._tokenizer.encode(prompt).ids
        return encoded_prompt(self._network, ids)


def _tokenizer(published: Published) -> Any:
    imported_transformers()
    from tokenizers import Tokenizer

    key = f"{CLAP_FOLDER}/tokenizer.json"
    data = published.read_beside(key, "clap")
    try:
        tokenizer = Tokenizer.from_buffer(data)
    except Exception as error:  # the library raises bare Exceptions
        raise CheckpointError(f"{key} is not a tokenizer ({error}); fetch it again") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
