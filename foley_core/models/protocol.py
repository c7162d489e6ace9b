"""What a generator is: it performs cues, or clips. Nothing else of one is known to the rest.

A `SoundSpec` holds all that shapes the sound of one cue, and nothing that does not: no gain, no
place in the track, no name of a video. Its digest, with the generator's identity, names its stem.
A `ClipSpec` is the same for a generator that hears a whole clip at once, from what is seen
in it and what is said of it; such a generator leaves beds and music to a cue-wise one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol, cast

from foley_core.cues.sheet import Style
from foley_core.ids import digest
from foley_core.models.hunyuan.clip_visuals import ClipVisuals
from foley_core.storage.store import Storage
from foley_core.types import F32, U8, Json


@dataclass(frozen=True, slots=True)
class SoundSpec:
    """One sound to be generated.

    Attributes:
        sound_class: a name of the taxonomy.
        material: a material of the taxonomy, or None.
        samples: length of the answer, samples at 48 kHz.
        intensity: 0..1.
        style: style latents.
        activity: motion energy over the sound at 25 per second, 0..255, first step at its start;
            empty where motion does not shape the sound (short actions, ambience).
        channels: 1 for actions, 2 for ambience beds (decorrelated).
        seed: of the noise; same performance, same samples, bit for bit.
    """

    sound_class: str
    material: str | None
    samples: int
    intensity: float
    style: Style
    activity: tuple[int, ...]
    channels: int
    seed: int

    def key(self, generator: str) -> str:
        """Content address of the stem that `generator` (its `identity`) makes of this."""
        return digest({"generator": generator, "performance": cast(Json, asdict(self))})


class Generator(Protocol):
    """Performs cues. Implementations: `embedded` here, others later."""

    @property
    def identity(self) -> str:
        """Name, version, weights sha256 and quality: all of the generator that shapes sound."""
        ...

    def longest_samples(self, sound_class: str) -> int:
        """The longest `SoundSpec.samples` it performs in one piece for a class."""
        ...

    def generate(self, specs: Sequence[SoundSpec]) -> list[F32]:
        """One waveform `(C, N)` at 48 kHz in [-1, 1] for each performance, in order.

        An action starts at sample 0 with its attack; a performance's samples do not depend on
        what else is in the batch.

        Raises:
            GenerationError: the audio is not finite, or silent.
        """
        ...


@dataclass(frozen=True, slots=True)
class ClipSpec:
    """The sound of one clip to be generated from its picture and text.

    Attributes:
        picture: key of the clip's visual features in the feature store.
        steps: length of the clip, motion steps.
        prompt, negative_prompt: what shall sound, and what shall not, in words.
        guidance: how much the text and the picture count; 1 leaves the negative prompt unheard.
        seed: of the noise; same performance, same samples, in any batch of one kind of processor.
    """

    picture: str
    steps: int
    prompt: str
    negative_prompt: str
    guidance: float
    seed: int

    def key(self, generator: str) -> str:
        """Content address of the sound that `generator` (its `identity`) makes of this."""
        return digest({"generator": generator, "clip": cast(Json, asdict(self))})


class ClipGenerator(Protocol):
    """Performs whole clips. Implementation: `hunyuan`."""

    @property
    def identity(self) -> str:
        """Name, version, weights, quality and precision: all of the generator that shapes sound."""
        ...

    @property
    def encoder(self) -> str:
        """Name and weights of what makes the visual features that it performs from."""
        ...

    @property
    def comment(self) -> str:
        """What a file of its sound must say of it, such as a licence that forbids training."""
        ...

    def batches(self, clips: Sequence[ClipSpec]) -> list[list[int]]:
        """Indices of clips in runs that it performs at once, within its memory."""
        ...

    def text_keys(self, clip: ClipSpec) -> list[str]:
        """Where it keeps what it makes of a clip's prompts."""
        ...

    def generate_clips(self, clips: Sequence[ClipSpec], store: Storage) -> list[F32]:
        """One waveform `(1, N)` at 48 kHz in [-1, 1] for each clip of a run, in order.

        A waveform may be some milliseconds shorter than its clip's steps.

        Args:
            store: where the visual features are, and where text features are kept.

        Raises:
            GenerationError: the audio is not finite, or silent.
            StorageError: features are missing or damaged.
        """
        ...


class Looker(Protocol):
    """Makes the visual features that a clip generator performs from. Implementation: `hunyuan`."""

    @property
    def encoder(self) -> str:
        """Name and weights of the networks that look, and whether they see blurred faces: all of a
        looker that shapes features, and the `encoder` of the generator that performs from them."""
        ...

    @property
    def anonymises(self) -> bool:
        """Whether what it is shown must be anonymised."""
        ...

    def look(self, pictures: Iterable[tuple[float, U8]]) -> ClipVisuals:
        """Features of one clip.

        Args:
            pictures: (seconds from the clip's first moment, RGB (H, W, 3)) in order; each is let go
                of before the next is asked for.

        Raises:
            DecodeError: there are too few pictures.
        """
        ...
