"""Phrases: the parts of a prompt, each with what its words mean together. Read by `vocabulary`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """Meaning of one word; most fields are empty.

    Attributes:
        classes: sound classes that the word names.
        material: material that it names.
        style: changes of style latents, by name.
        gain_db: change of the level.
        mood: mood of the music.
        music: True for a word for music as such.
        instruments: instruments of the music.
        played: classes that these mean where one is seen or played in the picture.
        pace: factor on the tempo of the music.
        keeps: True if what stands in the same phrase shall stay as it is.
        negates: True if what follows, up to the next comma, shall not sound.
    """

    classes: tuple[str, ...] = ()
    material: str | None = None
    style: tuple[tuple[str, float], ...] = ()
    gain_db: float = 0.0
    mood: str | None = None
    music: bool = False
    instruments: tuple[str, ...] = ()
    played: tuple[str, ...] = ()
    pace: float = 1.0
    keeps: bool = False
    negates: bool = False

    def joined(self, other: "Meaning") -> "Meaning":
        """Return both meanings in one; of material and mood the first counts."""
        return Meaning(
            classes=tuple(dict.fromkeys((*self.classes, *other.classes))),
            material=self.material or other.material,
            style=summed((*self.style, *other.style)),
            gain_db=self.gain_db + other.gain_db,
            mood=self.mood or other.mood,
            music=self.music or other.music,
            instruments=tuple(dict.fromkeys((*self.instruments, *other.instruments))),
            played=tuple(dict.fromkeys((*self.played, *other.played))),
            pace=self.pace * other.pace,
            keeps=self.keeps or other.keeps,
            negates=self.negates or other.negates,
        )


@dataclass(frozen=True, slots=True)
class Phrase:
    """One part of a prompt: the text between two commas, or from a negation to the next comma.

    Attributes:
        words: the part as written, in lower case.
        actions: classes that it names, without ambience.
        scenes: ambience classes that it names.
        meant: the meanings of all its words in one.
        mood_style: the mood as changes of style latents.
        unmapped: words that are not known.
    """

    words: str
    actions: tuple[str, ...]
    scenes: tuple[str, ...]
    meant: Meaning
    mood_style: tuple[tuple[str, float], ...]
    unmapped: tuple[str, ...]

    @property
    def material(self) -> str | None:
        """The material named first."""
        return self.meant.material

    @property
    def style(self) -> tuple[tuple[str, float], ...]:
        """Changes of style latents, without those of the mood."""
        return self.meant.style

    @property
    def gain_db(self) -> float:
        """Change of the level."""
        return self.meant.gain_db

    @property
    def mood(self) -> str | None:
        """The mood named first."""
        return self.meant.mood

    @property
    def music(self) -> bool:
        """True if music as such is named."""
        return self.meant.music

    @property
    def about_music(self) -> bool:
        """True if the phrase is about music: music as such or an instrument is named."""
        return self.meant.music or bool(self.meant.instruments)


def summed(style: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    """Return the sum of each latent, in order of name, kept within -1..1."""
    amounts: dict[str, float] = {}
    for latent, amount in style:
        amounts[latent] = max(-1.0, min(1.0, amounts.get(latent, 0.0) + amount))
    return tuple(sorted(amounts.items()))
