"""Style packs: the sound of a region as data. A new region is a new folder and no code.

A pack is a folder with a `pack.toml` and a README. It says which ambience beds stand for a scene at
which time of day, which small sounds (motifs) happen there and how they are composed, which class
replaces which, how classes are coloured, and how loud a track is. What a pack leaves out comes from
its fallback, another pack. The name of a pack and the digest of its content, fallbacks included, go
into every metadata row.

This module reads packs, `pack_schema` says what a `pack.toml` may hold, `direct` applies them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError

from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import StylePackError
from foley_core.ids import digest
from foley_core.messages import complaints, read_toml, unknown
from foley_core.music.composition import Composition
from foley_core.styles.folders import (
    NAME_LIMIT_CHARS,
    PACKS_FOLDER,
    is_pack_name,
    names_in,
    place_of,
    read_pack,
)
from foley_core.styles.pack_schema import (
    KNOWN_KEYS,
    PACK_SCHEMA_VERSION,
    SCENE_GROUPS,
    Latents,
    Layer,
    MixSection,
    Motif,
    Music,
    PackFile,
    Prompt,
    scene_group,
    scene_names,
)
from foley_core.types import Json

FALLBACKS_LIMIT = 8
"""Most packs in a chain of fallbacks."""

Parsed = TypeVar("Parsed", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class StylePack:
    """A pack, complete with what it has from its fallbacks.

    Attributes:
        name: its name, that of its folder.
        version: as the pack states it.
        regions: ISO 3166 codes of the countries that it is made for.
        licence: of the pack's data.
        sha256: digest of the content of the whole chain; comments and layout do not count.
        ambience: layers of ambience by scene or group of scenes.
        substitutions: classes to be replaced, with the new class; for composed classes, with the
            composition.
        styles: style latents by class or group.
        motifs: small sounds, in order.
        compositions: notes of composed sounds by name.
        prompt: words for generators that are conditioned on text.
        mix: loudness of the track.
        music: the music bed.
    """

    name: str
    version: str
    regions: tuple[str, ...]
    licence: str
    sha256: str
    ambience: dict[str, tuple[Layer, ...]]
    substitutions: dict[str, str]
    styles: dict[str, Latents]
    motifs: tuple[Motif, ...]
    compositions: dict[str, Composition]
    prompt: Prompt
    mix: MixSection
    music: Music

    def layers_of(self, scene: str) -> tuple[Layer, ...] | None:
        """Return the layers of an ambience class, or else of its relative, or else of its group.

        None means that the pack has none of them: the scene sounds as it is.
        """
        return next((self.ambience[n] for n in scene_names(scene) if n in self.ambience), None)

    def composition_of(self, motif: Motif) -> str | None:
        """Return the name of a motif's composition; None if its sound is generated."""
        if motif.composition or motif.sound_class not in taxonomy().composed:
            return motif.composition
        return self.substitutions[motif.sound_class]


def load_pack(name_or_path: str | Path, extra_folders: Sequence[str | Path] = ()) -> StylePack:
    """Return a pack, complete with its fallbacks.

    Args:
        name_or_path: a name, looked for in `extra_folders` first and then among the shipped packs;
            or, as a `Path`, a pack's own folder. Text is never taken for a path: it may come from a
            manifest.
        extra_folders: local folders, or `s3://…`, that hold packs, one folder each.

    Raises:
        StylePackError: there is no such pack, or it or a fallback is invalid; every fault is listed
            with its file and key.
    """
    # Tables are merged from the oldest fallback on, so that a nearer pack wins name by name. Motifs
    # are not merged: the nearest list stands, since a pack must be able to leave motifs out.
    chain = _chain(name_or_path, extra_folders)
    own = chain[0]
    oldest_first = chain[::-1]
    pack = StylePack(
        name=own.name,
        version=own.version,
        regions=own.regions,
        licence=own.licence,
        sha256=digest({"packs": [_content(file) for file in chain]}),
        ambience=_ambience(oldest_first),
        substitutions={
            old: new for file in oldest_first for old, new in file.substitutions.items()
        },
        styles={name: style for file in oldest_first for name, style in file.styles.items()},
        motifs=next((file.motifs for file in chain if file.motifs is not None), ()),
        compositions={
            name: written for file in oldest_first for name, written in file.compositions.items()
        },
        prompt=_merged(Prompt, [file.prompt for file in oldest_first]),
        mix=_merged(MixSection, [file.mix for file in oldest_first]),
        music=_merged(Music, [file.music for file in oldest_first]),
    )
    if problems := tuple(_unwritten(pack)):
        raise StylePackError(f"style pack {own.name}: the style pack is not valid", problems)
    return pack


def _ambience(oldest_first: Sequence[PackFile]) -> dict[str, tuple[Layer, ...]]:
    """Return layers by scene or group; a nearer pack wins over its fallback."""
    # A nearer pack that names a group means all its scenes: it also drops the single scenes of that
    # group that a fallback has written.
    merged: dict[str, tuple[Layer, ...]] = {}
    for file in oldest_first:
        groups = [name for name in file.ambience if name in SCENE_GROUPS]
        merged = {name: old for name, old in merged.items() if scene_group(name) not in groups}
        merged |= file.ambience
    return merged


def _unwritten(pack: StylePack) -> Iterator[str]:
    """Yield what is wrong with the names of compositions, now that all fallbacks are known."""
    composed = taxonomy().composed
    wanted = [(f"ambience.{s}", la.composition) for s, all in pack.ambience.items() for la in all]
    for motif in pack.motifs:
        place = f"motifs.{motif.name}"
        wanted.append((place, motif.composition))
        if motif.sound_class in composed and motif.sound_class not in pack.substitutions:
            yield (
                f"{place}: substitutions do not say which composition '{motif.sound_class}' is; "
                "add it there, or name a composition here"
            )
    for old, new in pack.substitutions.items():
        if old in composed:
            wanted.append((f"substitutions.{old}", new))
            if (written := pack.compositions.get(new)) and written.sound_class != old:
                yield f"substitutions.{old}: composition '{new}' is of class {written.sound_class}"
    for place, name in wanted:
        if name is not None and name not in pack.compositions:
            yield f"{place}: {unknown('composition', name, tuple(pack.compositions))}"


def _merged(section: type[Parsed], parts: Sequence[Parsed | None]) -> Parsed:
    """Return one section; each key has the last value that `parts` set."""
    keys: dict[str, object] = {}
    for part in filter(None, parts):
        keys |= part.model_dump(exclude_unset=True)
    return section.model_validate(keys)


def available_packs(extra_folders: Sequence[str | Path] = ()) -> tuple[str, ...]:
    """Return the names of all packs that can be loaded by name, in alphabetical order.

    Raises:
        StylePackError: a folder does not exist or cannot be read.
    """
    found = set().union(*(names_in(folder) for folder in (*extra_folders, PACKS_FOLDER)))
    return tuple(sorted(found))


def _chain(name_or_path: str | Path, extra_folders: Sequence[str | Path]) -> list[PackFile]:
    """Return the files of a pack and its fallbacks, nearest first."""
    files: list[PackFile] = []
    wanted: str | Path | None = name_or_path
    while wanted is not None:
        place, data = _found(wanted, extra_folders)
        file = _read(place, data)
        if file.name in (names := [one.name for one in files]):
            circle = " → ".join([*names, file.name])
            raise StylePackError(f"{place}: fallback goes in a circle: {circle}")
        files.append(file)
        if len(files) > FALLBACKS_LIMIT:
            raise StylePackError(f"{name_or_path}: more than {FALLBACKS_LIMIT - 1} fallbacks")
        wanted = file.fallback
    return files


def _found(name_or_path: str | Path, extra_folders: Sequence[str | Path]) -> tuple[str, bytes]:
    """Return the place of a pack, for messages, and the bytes of its `pack.toml`."""
    if isinstance(name_or_path, Path):
        path = name_or_path.resolve()
        data = read_pack(path.parent, path.name)
        if data is None:
            raise StylePackError(f"{path}: there is no pack.toml in that folder")
        return place_of(path.parent, path.name), data
    if is_pack_name(name_or_path):
        for folder in (*extra_folders, PACKS_FOLDER):
            if (data := read_pack(folder, name_or_path)) is not None:
                return place_of(folder, name_or_path), data
    raise StylePackError(
        unknown("style pack", name_or_path[:NAME_LIMIT_CHARS], available_packs(extra_folders))
    )


def _read(place: str, data: bytes) -> PackFile:
    """Check the bytes of a `pack.toml`; `place` ends in the pack's folder and file."""
    document = read_toml(data, place, "the style pack", StylePackError)
    version = document.get("schema_version")
    if isinstance(version, int) and version > PACK_SCHEMA_VERSION:
        raise StylePackError(
            f"{place}: schema_version {version} is newer than the {PACK_SCHEMA_VERSION} read here; "
            "update this program or use an older pack"
        )
    try:
        file = PackFile.model_validate(document)
    except ValidationError as error:
        problems = complaints(error, KNOWN_KEYS, "the shipped packs")
        raise StylePackError(f"{place}: the style pack is not valid", problems) from None
    if file.name != place.split("/")[-2]:
        raise StylePackError(f"{place}: name is '{file.name}', but the folder's is another")
    return file


def _content(file: PackFile) -> Json:
    """Return what a file sets, for the digest; defaults do not count, so that new keys may come."""
    return cast(Json, file.model_dump(mode="json", exclude_unset=True))
