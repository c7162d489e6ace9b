"""The looker and the generator of whole clips, by the public checkpoints.

Both are named by their files and load nothing until they are used. Looking and generating may
happen on different machines; features go from one to the other through the feature store, which
also keeps the features of prompts, so that each prompt is encoded once. Nothing here writes to the
store: its owner knows whose objects they are.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from foley_core.errors import GenerationError
from foley_core.ids import digest
from foley_core.models.hunyuan.clip_visuals import ClipVisuals
from foley_core.models.hunyuan.kernels import Kernels
from foley_core.models.hunyuan.licence import TRAINING_MARK
from foley_core.models.hunyuan.network_config import latent_steps
from foley_core.models.hunyuan.public_model import PublicModel
from foley_core.models.protocol import ClipSpec
from foley_core.storage.store import Storage
from foley_core.timebase import MOTION_RATE
from foley_core.types import F32, U8, Quality, Shortcut

if TYPE_CHECKING:
    from foley_core.models.hunyuan.batching import ClipConditions
    from foley_core.models.hunyuan.clip_encoding import ClipEncoder
    from foley_core.models.hunyuan.clip_sampler import ClipSampler
    from foley_core.models.hunyuan.text import EncodedPrompt
    from foley_core.models.hunyuan.words import PromptEncoder

TEXT_FEATURES_VERSION = 1
# A peak of -100 dB: below the last bit of 16-bit sound.
_SILENT = 1e-5
# Networks are loaded and used by one thread at a time; of the process, since jobs send generators
# to their workers, and a lock cannot be sent.
_ONE_AT_A_TIME = Lock()


class HunyuanLooker:
    """The public visual encoders as a `Looker`; the first clip loads them."""

    def __init__(self, model: PublicModel, device: str, anonymises: bool = False) -> None:
        """Take names only; nothing is loaded.

        Args:
            device: a torch device, such as `cuda`.
            anonymises: True if the pictures that it is shown are anonymised.
        """
        self._model, self._device = model, device
        self.anonymises = anonymises
        self.encoder = model.encoder(anonymises, device)

    def look(self, pictures: Iterable[tuple[float, U8]]) -> ClipVisuals:
        """Return the features of one clip; see `Looker`.

        Raises:
            CheckpointError: the files cannot be used.
            DecodeError: there are too few pictures.
        """
        with _ONE_AT_A_TIME:
            encoder = self._loaded
        return encoder.encode(pictures)

    @cached_property
    def _loaded(self) -> "ClipEncoder":
        import torch

        from foley_core.models.hunyuan.clip_encoding import ClipEncoder
        from foley_core.models.hunyuan.loading import load_siglip, load_synchformer

        published, device = self._model.published, torch.device(self._device)
        siglip = load_siglip(published, device)
        config: Any = siglip.config
        return ClipEncoder(siglip, load_synchformer(published, device), config.image_size)


class HunyuanGenerator:
    """The public networks as a `ClipGenerator`; the first clip that is not stored loads them."""

    comment = TRAINING_MARK

    def __init__(
        self,
        model: PublicModel,
        device: str,
        quality: Quality,
        anonymises: bool = False,
        share: float = 1.0,
        alone: bool = False,
        kernels: Kernels | None = None,
        shortcuts: Collection[Shortcut] = (),
    ) -> None:
        """Take names only; nothing is looked up or loaded.

        Args:
            device: a torch device, such as `cuda`.
            anonymises: True if the features come from anonymised pictures.
            share: of the device's memory that it may use, 0..1.
            alone: generate each clip as a batch of its own, which is fast for a single video and
                slow for a catalogue. On CUDA these clips have other last bits, and another name.
            kernels: those of the device; where None they are found when a name is first needed.
            shortcuts: of the quality `draft`.
        """
        self._model, self._device, self._quality = model, device, quality
        self._share, self._alone, self._shortcuts = share, alone, shortcuts
        self._given_kernels = kernels
        self.encoder = model.encoder(anonymises, device)

    @cached_property
    def identity(self) -> str:
        """Name, version, weights, quality and kernels: all that shapes sound.

        Raises:
            CheckpointError: the device is a GPU that cannot be used.
        """
        shape = self._kernels, self._alone, self._shortcuts
        return self._model.identity(self._quality, self._device, *shape)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences for people about how it computes; see `ClipGenerator`."""
        loaded = self.__dict__.get("_loaded")
        return tuple(filter(None, (self._kernels.remark, loaded and loaded.remark)))

    def load(self) -> None:
        """Load and compile ahead of need; from any thread.

        Raises:
            CheckpointError: the files cannot be used, or there is too little memory.
            StorageError: they cannot be read.
        """
        with _ONE_AT_A_TIME:
            self._loaded.compile_ahead()

    def batches(self, clips: Sequence[ClipSpec]) -> list[list[int]]:
        """Return the indices of clips in groups of one guidance and about one length.

        A group has at most as many clips as fit in memory.
        """
        if not clips:
            return []
        with _ONE_AT_A_TIME:
            shapes = self._loaded.shapes
        return shapes.batches([(clip.steps, clip.guidance) for clip in clips])

    def texts(self, clip: ClipSpec) -> dict[str, str]:
        """Return the prompts of a clip, by the storage keys of their features."""
        return {self._text_key(text): text for text in (clip.negative_prompt, clip.prompt)}

    def encode_text(self, prompt: str) -> bytes:
        """Return the features of a prompt, as they are stored.

        Raises:
            CheckpointError: the files of the text encoder cannot be used.
        """
        with _ONE_AT_A_TIME:
            return self._words.encode(prompt).to_bytes()

    def generate_clips(self, clips: Sequence[ClipSpec], store: Storage) -> list[F32]:
        """Return the sounds of one group of `batches`, `(1, N)` each; see `ClipGenerator`.

        Raises:
            CheckpointError: the files cannot be used, or there is too little memory.
            GenerationError: the audio is not finite, or silent.
            StorageError: features are missing or damaged.
        """
        features = [self._features(clip, store) for clip in clips]
        seeds = [clip.seed for clip in clips]
        with _ONE_AT_A_TIME:
            padded_s = self._loaded.shapes.padded_s(clips[0].steps)
            sounds = self._loaded.generate(features, seeds, clips[0].guidance, padded_s)
        for clip, sound in zip(clips, sounds, strict=True):
            _refuse_nothing(clip, sound)
        return sounds

    def _features(self, clip: ClipSpec, store: Storage) -> "ClipConditions":
        """Read the visual features of a clip, and those of its prompts, from a store."""
        import torch

        from foley_core.models.hunyuan.batching import ClipConditions
        from foley_core.models.hunyuan.text import padded_pair

        seen = ClipVisuals.from_bytes(store.read(clip.picture), store.uri(clip.picture))
        negative, prompt = (
            self._stored(text, store) for text in (clip.negative_prompt, clip.prompt)
        )
        negative_text, text = padded_pair(negative, prompt)
        return ClipConditions(
            scene=torch.from_numpy(seen.scene),
            sync=torch.from_numpy(seen.sync),
            text=text,
            negative_text=negative_text,
            latent_steps=latent_steps(seen.sync_pictures),
        )

    def _stored(self, prompt: str, store: Storage) -> "EncodedPrompt":
        from foley_core.models.hunyuan.text import EncodedPrompt

        key = self._text_key(prompt)
        return EncodedPrompt.from_bytes(store.read(key), store.uri(key))

    def _text_key(self, prompt: str) -> str:
        name = digest(
            {
                "version": TEXT_FEATURES_VERSION,
                "words": self._model.fingerprints.words,
                "prompt": prompt,
            }
        )
        return f"features/text-v{TEXT_FEATURES_VERSION}/{name[:2]}/{name}.safetensors"

    @cached_property
    def _words(self) -> "PromptEncoder":
        import torch

        from foley_core.models.hunyuan.words import PromptEncoder

        return PromptEncoder(self._model.published, torch.device(self._device))

    @cached_property
    def _kernels(self) -> Kernels:
        if self._given_kernels:
            return self._given_kernels
        from foley_core.models.hunyuan.kernel_choice import find_kernels

        return find_kernels(self._device)

    @cached_property
    def _loaded(self) -> "ClipSampler":
        import torch

        from foley_core.models.hunyuan.clip_sampler import ClipSampler
        from foley_core.models.hunyuan.sampling import schedule_of

        return ClipSampler(
            self._model.published,
            torch.device(self._device),
            schedule_of(self._quality, self._shortcuts),
            self._kernels,
            self._share,
            self._alone,
        )


def _refuse_nothing(clip: ClipSpec, sound: F32) -> None:
    """Raise GenerationError for sound that is silent or not finite."""
    loudest = float(np.abs(sound).max(initial=0.0))
    if np.isfinite(loudest) and loudest > _SILENT:
        return
    state = "silent" if np.isfinite(loudest) else "not finite"
    raise GenerationError(
        f"a clip of {clip.steps / MOTION_RATE:.1f} s with seed {clip.seed} came out {state}; "
        "try another seed"
    )
