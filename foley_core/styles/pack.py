"""Style packs: how a region sounds, as data. A new region is a new folder and no code.

A pack is a folder with a `pack.toml` and a README. It says which ambience layers stand for a scene,
which small sounds happen there (motifs), what replaces what, how classes are coloured, and how loud
a track is. What a pack leaves out it has from its fallback. Its name and the digest of its content
(its fallbacks' too) go into every metadata row. This module reads packs; `direct` applies them.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError

from foley_core.cues.taxonomy import unknown
from foley_core.errors import StylePackError
from foley_core.ids import digest
from foley_core.styles.schema import (
    KNOWN_KEYS,
    SCHEMA_VERSION,
    Latents,
    Layer,
    Mix,
    Motif,
    Music,
    PackFile,
    Prompt,
)
from foley_core.types import Json

PACK_FILE = "pack.toml"
PACK_LIMIT_BYTES = 256 * 1024
PACKS_FOLDER = Path(__file__).parent / "packs"
FALLBACKS_LIMIT = 8
NAME_LIMIT_CHARS = 64

Section = TypeVar("Section", bound=BaseModel)

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class StylePack:
    """A pack with all that it has from its fallbacks.

    `sha256` names the content of the whole chain; comments and layout of the files do not count.
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
    prompt: Prompt
    mix: Mix
    music: Music


def load_pack(name_or_path: str | Path, extra_folders: Sequence[str | Path] = ()) -> StylePack:
    """The pack of that name, or in that folder, complete with its fallbacks.

    Args:
        name_or_path: a name, looked for in `extra_folders` first and then among the shipped packs;
            or, as a `Path`, a pack's own folder. Text is never taken for a path: it may come from a
            manifest.
        extra_folders: local folders that hold packs, one folder each.

    Raises:
        StylePackError: there is no such pack, or it or a fallback is invalid; every fault is listed
            with its file and key.
    """
    chain = _chain(name_or_path, extra_folders)
    own = chain[0]
    oldest_first = chain[::-1]
    return StylePack(
        name=own.name,
        version=own.version,
        regions=own.regions,
        licence=own.licence,
        sha256=digest({"packs": [_content(file) for file in chain]}),
        ambience={
            scene: layers for file in oldest_first for scene, layers in file.ambience.items()
        },
        substitutions={
            old: new for file in oldest_first for old, new in file.substitutions.items()
        },
        styles={name: style for file in oldest_first for name, style in file.styles.items()},
        motifs=next((file.motifs for file in chain if file.motifs is not None), ()),
        prompt=_merged(Prompt, [file.prompt for file in oldest_first]),
        mix=_merged(Mix, [file.mix for file in oldest_first]),
        music=_merged(Music, [file.music for file in oldest_first]),
    )


def _merged(section: type[Section], parts: Sequence[Section | None]) -> Section:
    """One section, key by key the last that a pack of the chain sets."""
    keys: dict[str, object] = {}
    for part in filter(None, parts):
        keys |= part.model_dump(exclude_unset=True)
    return section.model_validate(keys)


def available_packs(extra_folders: Sequence[str | Path] = ()) -> tuple[str, ...]:
    """Names of all packs that can be loaded by name, in order of the alphabet."""
    found = {
        child.name
        for folder in (*extra_folders, PACKS_FOLDER)
        if Path(folder).is_dir()
        for child in Path(folder).iterdir()
        if _NAME.fullmatch(child.name) and (child / PACK_FILE).is_file()
    }
    return tuple(sorted(found))


def _chain(name_or_path: str | Path, extra_folders: Sequence[str | Path]) -> list[PackFile]:
    """The pack and its fallbacks, nearest first."""
    files: list[PackFile] = []
    wanted: str | Path | None = name_or_path
    while wanted is not None:
        folder = _folder(wanted, extra_folders)
        file = _read(folder / PACK_FILE)
        if file.name in (names := [one.name for one in files]):
            circle = " → ".join([*names, file.name])
            raise StylePackError(f"{folder / PACK_FILE}: fallback goes in a circle: {circle}")
        files.append(file)
        if len(files) > FALLBACKS_LIMIT:
            raise StylePackError(f"{name_or_path}: more than {FALLBACKS_LIMIT - 1} fallbacks")
        wanted = file.fallback
    return files


def _folder(name_or_path: str | Path, extra_folders: Sequence[str | Path]) -> Path:
    if isinstance(name_or_path, Path):
        return name_or_path
    if len(name_or_path) <= NAME_LIMIT_CHARS and _NAME.fullmatch(name_or_path):
        for folder in (*map(Path, extra_folders), PACKS_FOLDER):
            if (folder / name_or_path / PACK_FILE).is_file():
                return folder / name_or_path
    raise StylePackError(
        unknown("style pack", name_or_path[:NAME_LIMIT_CHARS], available_packs(extra_folders))
    )


def _read(path: Path) -> PackFile:
    data = _read_toml(path)
    version = data.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise StylePackError(
            f"{path}: schema_version {version} is newer than the {SCHEMA_VERSION} read here; "
            "update this program or use an older pack"
        )
    try:
        file = PackFile.model_validate(data)
    except ValidationError as error:
        raise StylePackError(f"{path}: the style pack is not valid", _problems(error)) from None
    if file.name != path.resolve().parent.name:
        raise StylePackError(f"{path}: name is '{file.name}', but the folder's is another")
    return file


def _read_toml(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as stream:
            data = stream.read(PACK_LIMIT_BYTES + 1)
        if len(data) > PACK_LIMIT_BYTES:
            raise StylePackError(f"{path}: a style pack has at most {PACK_LIMIT_BYTES} bytes")
        return tomllib.loads(data.decode())
    except OSError as error:
        raise StylePackError(f"{path}: cannot read the style pack ({error.strerror})") from None
    except UnicodeDecodeError:
        raise StylePackError(f"{path}: the style pack is not UTF-8 text") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise StylePackError(f"{path}: not valid TOML: {error}") from None


def _problems(error: ValidationError) -> tuple[str, ...]:
    return tuple(_problem(fault["type"], fault["loc"], fault["msg"]) for fault in error.errors())


def _problem(kind: str, place: Iterable[int | str], message: str) -> str:
    keys = [str(part) for part in place if part != "[key]"]
    if kind == "extra_forbidden":
        near = get_close_matches(keys[-1], KNOWN_KEYS, n=1)
        message = "unknown key" + (f"; did you mean '{near[0]}'?" if near else "")
    return f"{'.'.join(keys)}: {message.removeprefix('Value error, ')}"


def _content(file: PackFile) -> Json:
    return cast(Json, file.model_dump(mode="json", exclude_unset=True))
