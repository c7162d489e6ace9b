"""The protocols of generators: one kind generates cues, the other whole clips.

The rest of the code knows nothing else of a generator. A `SoundSpec` holds all that shapes the
sound of one cue, and nothing else: no gain, no place in the track, no name of a video. Its digest,
with the generator's identity, names its stem. A `ClipSpec` is the same for a generator that makes
all sounds of a clip at once from its picture and text; such a generator leaves ambience beds and
music to others.
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
class Kin:
    """Noise that a sound has in common with other takes of one thing.

    Attributes:
        seed: of the noise that they share.
        share: of the variance of a sound's noise that comes from there, 0..1.
    """

    seed: int
    share: float


@dataclass(frozen=True, slots=True)
class Touch:
    """A lighter contact of the same thing right after its attack: a toe, a latch, a small bounce.

    Attributes:
        after: samples from the attack.
        level_db: over the attack's own level, below 0.
        scrapes: samples for which the thing scrapes; 0 where it only touches.
    """

    after: int
    level_db: float
    scrapes: int = 0


@dataclass(frozen=True, slots=True)
class SoundSpec:
    """One sound to be generated.

    Attributes:
        sound_class: a name of the taxonomy.
        material: a material of the taxonomy, or None.
        samples: length of the waveform, samples at 48 kHz.
        intensity: 0..1.
        style: style latents.
        activity: motion energy over the sound, 25 values a second in 0..255, from its start on;
            empty where motion does not shape the sound (short actions, ambience).
        channels: 1 for actions, 2 for ambience beds (decorrelated).
        seed: of the noise; the same spec gives the same samples, bit for bit.
        kin: what it has in common with other takes: the thing first, whose modes it rings with,
            then a part of it, such as one of two feet. The shares add up to 1 at most.
        touches: lighter contacts after the attack.
    """

    sound_class: str
    material: str | None
    samples: int
    intensity: float
    style: Style
    activity: tuple[int, ...]
    channels: int
    seed: int
    kin: tuple[Kin, ...] = ()
    touches: tuple[Touch, ...] = ()

    def key(self, generator: str) -> str:
        """Return the content address, in hex, of the stem that a generator makes of this spec.

        Args:
            generator: the `identity` of the generator.
        """
        # The old word "performance" stays: another one would rename every stem that is stored.
        return digest({"generator": generator, "performance": cast(Json, asdict(self))})


class Generator(Protocol):
    """Generator of cues, one sound each; implemented by `embedded`."""

    @property
    def identity(self) -> str:
        """Name, version, weights sha256 and quality: all of the generator that shapes sound."""
        ...

    def longest_samples(self, sound_class: str) -> int:
        """Return the most samples that it generates in one piece for a class."""
        ...

    def generate(self, specs: Sequence[SoundSpec]) -> list[F32]:
        """Return one waveform `(C, N)` at 48 kHz in [-1, 1] for each spec, in order.

        An action starts at sample 0 with its attack. The samples of a sound do not depend on the
        other sounds of the batch.

        Raises:
            GenerationError: the audio is not finite, or silent.
        """
        ...


@dataclass(frozen=True, slots=True)
class ClipSpec:
    """The sound of one clip, to be generated from its picture and text.

    Attributes:
        picture: key of the clip's visual features in the feature store.
        steps: length of the clip, motion steps.
        prompt: in words, what shall sound.
        negative_prompt: in words, what shall not sound.
        guidance: strength of text and picture, 1 or more; at 1 the negative prompt has no effect.
        seed: of the noise; the same spec gives the same samples on processors of one kind,
            whatever other clips are in the batch.
    """

    picture: str
    steps: int
    prompt: str
    negative_prompt: str
    guidance: float
    seed: int

    def key(self, generator: str) -> str:
        """Return the content address, in hex, of the sound that a generator makes of this spec.

        Args:
            generator: the `identity` of the generator.
        """
        return digest({"generator": generator, "clip": cast(Json, asdict(self))})


class ClipGenerator(Protocol):
    """Generator of whole clips; implemented by `hunyuan`."""

    @property
    def identity(self) -> str:
        """Name, version, weights, quality and precision: all of the generator that shapes sound."""
        ...

    @property
    def encoder(self) -> str:
        """Name and weights of the `Looker` whose visual features it generates from."""
        ...

    @property
    def comment(self) -> str:
        """Text for every file of its sound, such as that its licence forbids training."""
        ...

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences for people about how it computes, such as that it could not compile."""
        ...

    def load(self) -> None:
        """Load ahead of need, from any thread; what is not loaded ahead is when it is needed."""
        ...

    def batches(self, clips: Sequence[ClipSpec]) -> list[list[int]]:
        """Return the indices of the clips, in groups that are generated at once."""
        ...

    def texts(self, clip: ClipSpec) -> dict[str, str]:
        """Return a clip's prompts, by the storage keys of their text features."""
        ...

    def encode_text(self, prompt: str) -> bytes:
        """Return the text features of a prompt, as they are to be stored; from any thread."""
        ...

    def generate_clips(self, clips: Sequence[ClipSpec], store: Storage) -> list[F32]:
        """Return one waveform `(1, N)` at 48 kHz in [-1, 1] for each clip of a batch, in order.

        A waveform may be some milliseconds shorter than its clip's steps. Several threads may call
        it: one generates, while another reads features.

        Args:
            clips: one group of `batches`.
            store: holds the visual features and the text features; nothing is written to it.

        Raises:
            GenerationError: the audio is not finite, or silent.
            StorageError: features are missing or damaged.
        """
        ...


class Looker(Protocol):
    """Maker of the visual features that a clip generator needs; implemented by `hunyuan`."""

    @property
    def encoder(self) -> str:
        """Name and weights of the networks, and a mark if the pictures are anonymised.

        This is all of a looker that shapes features. The generator that uses them has the same
        `encoder`.
        """
        ...

    @property
    def anonymises(self) -> bool:
        """True if the pictures that it is shown must be anonymised."""
        ...

    def look(self, pictures: Iterable[tuple[float, U8]]) -> ClipVisuals:
        """Return the features of one clip.

        Several threads may call it: they take and scale pictures at once, and then wait until the
        networks are free.

        Args:
            pictures: (seconds from the clip's beginning, RGB U8 (H, W, 3)) in order of time; only
                one picture is held at once.

        Raises:
            DecodeError: there are too few pictures.
        """
        ...
