"""Files that are written of one track: its formats, and the layouts of its stems.

Files lie in `formats/region=…/<video_id>/`; what is written again takes the place of the former.
What the track cannot be written as costs no other file, and is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from foley_core.cues.sheet import CueSheet
from foley_core.errors import (
    ConfigError,
    DecodeError,
    EncodeError,
    MissingError,
    RowError,
    StorageError,
)
from foley_core.provenance.marking import SIDECAR_ENDING, Marker
from foley_core.soundtrack.delivery import formats_folder, key_of_track, sidecar_key
from foley_core.storage.store import Storage
from pipelines.delivery.edit_timeline import EditTimeline, SoundFile, timeline_of
from pipelines.delivery.format_names import (
    CONTAINERS,
    LAYOUTS,
    NAMING_SOUNDS,
    Container,
    Format,
    Layout,
)
from pipelines.delivery.formats import WRITERS, caption_files
from pipelines.delivery.layouts import StemsOfRow, stems_of, written_layout
from pipelines.delivery.pictures import written_picture
from pipelines.delivery.surround_file import written_surround

UP = "../../../"
"""Way from the folder of a track's formats to the output."""


@dataclass(slots=True)
class Written:
    """Files of one track: their keys, what could not be written, and what else to know."""

    keys: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def write_formats(
    store: Storage,
    row: Mapping[str, Any],
    formats: Sequence[Format],
    languages: Sequence[str],
    marker: Marker,
    other_tracks: bool = False,
) -> Written:
    """Write a track in some formats.

    Args:
        row: its metadata row, or what of it is known before it is committed.
        languages: of captions.
        marker: what files of sound are marked with.
        other_tracks: whether files with the picture keep the source's other tracks.

    Raises:
        StorageError: the store failed.
    """
    return _TrackFormats(store, row, languages, marker, other_tracks).write(formats)


class _TrackFormats:
    """The formats of one track, as they are written."""

    def __init__(
        self,
        store: Storage,
        row: Mapping[str, Any],
        languages: Sequence[str],
        marker: Marker,
        other_tracks: bool,
    ) -> None:
        self._store, self._row, self._languages = store, row, languages
        self._marker, self._other_tracks = marker, other_tracks
        self._place = formats_folder(row["video_id"], row["region"])
        self._written = Written()

    def write(self, formats: Sequence[Format]) -> Written:
        """Write them, layouts first, since others name their files."""
        try:
            timeline = read_timeline(self._store, self._row)
        except ConfigError as error:
            self._written.problems.append(str(error))
            return self._written
        layouts = [one for one in LAYOUTS if one in formats]
        if NAMING_SOUNDS.intersection(formats) and "stems" not in layouts:
            layouts.insert(0, "stems")
        if layouts:
            timeline = self._with_layouts(timeline, layouts, set(formats))
        if "surround" in formats:
            self._write_surround(timeline)
        for container in CONTAINERS:
            if container in formats:
                self._write_picture(container, timeline)
        for name in formats:
            if name in WRITERS or name == "captions":
                self._write_format(name, timeline)
        return self._written

    def _with_layouts(
        self, timeline: EditTimeline, layouts: Sequence[Layout], asked: set[Format]
    ) -> EditTimeline:
        """Write layouts of stems; the timeline with the files of the first, `stems`, if it is."""
        try:
            found = stems_of(self._store, self._row)
        except (ConfigError, StorageError) as error:
            for layout in layouts:
                if layout in asked:
                    self._written.problems.append(f"{layout}: {error}")
            if "stems" not in asked:
                self._written.notes.append(f"with the whole track in place of its stems: {error}")
            return timeline
        for layout in layouts:
            sounds = self._write_layout(layout, timeline, found)
            if layout == "stems" and sounds:
                track = replace(timeline.sounds[0], muted=True)
                stems = [one for one in sounds if not one.muted]
                timeline = timeline.with_sounds([*stems, track])
        if "stems" in asked:
            self._written.notes.append(self._null_test(found))
        return timeline

    def _write_layout(
        self, layout: Layout, timeline: EditTimeline, found: StemsOfRow
    ) -> list[SoundFile]:
        """Write the files of a layout; those that it had before and has no more go."""
        sounds: list[SoundFile] = []
        former = {item.key for item in self._store.list(f"{self._place}{layout}/")}
        with TemporaryDirectory(prefix="foley-") as folder:
            try:
                for sound, path in written_layout(
                    layout, timeline, found, Path(folder), self._marker
                ):
                    former -= self._put_marked(f"{self._place}{sound.place}", path)
                    path.unlink()
                    sounds.append(sound)
            except (ConfigError, EncodeError) as error:
                self._written.problems.append(f"{layout}: {error}")
                return []
        for key in former:
            self._store.delete(key)
        return sounds

    def _write_surround(self, timeline: EditTimeline) -> None:
        with TemporaryDirectory(prefix="foley-") as folder:
            try:
                path, note = written_surround(
                    self._store, self._row, timeline, Path(folder), self._marker
                )
            except (ConfigError, EncodeError, StorageError) as error:
                self._written.problems.append(f"surround: {error}")
                return
            self._put_marked(f"{self._place}surround/{path.name}", path)
            self._written.notes.append(note)

    def _write_picture(self, container: Container, timeline: EditTimeline) -> None:
        key = f"{self._place}{timeline.video_id}.{container}"
        with TemporaryDirectory(prefix="foley-") as folder:
            try:
                path, note = written_picture(
                    self._store,
                    self._row,
                    container,
                    Path(folder),
                    self._marker,
                    self._other_tracks,
                )
            except (ConfigError, DecodeError, EncodeError, RowError, StorageError) as error:
                self._written.problems.append(f"{container}: {error}")
                return
            self._put_marked(key, path)
            self._written.notes += [note] if note else []

    def _put_marked(self, key: str, path: Path) -> set[str]:
        """Store a file after the credentials that lie beside it; the keys of both."""
        keys = {key}
        if (sidecar := path.with_suffix(SIDECAR_ENDING)).exists():
            self._store.put_file(beside := sidecar_key(key), sidecar)
            keys.add(beside)
        self._store.put_file(key, path)
        self._written.keys.append(key)
        return keys

    def _null_test(self, found: StemsOfRow) -> str:
        key = key_of_track(self._row["track_uri"])
        try:
            with self._store.open(key) as file:
                return str(found.stems.null_test(file, self._store.uri(key)))
        except DecodeError as error:
            return f"stems were not compared with the track: {error}"

    def _write_format(self, name: Format, timeline: EditTimeline) -> None:
        try:
            files = (
                caption_files(timeline, self._languages)
                if name == "captions"
                else WRITERS[name](timeline)
            )
        except ConfigError as error:
            self._written.problems.append(f"{name}: {error}")
            return
        for ending, data in files.items():
            self._store.put(key := f"{self._place}{timeline.video_id}{ending}", data)
            self._written.keys.append(key)


def read_timeline(store: Storage, row: Mapping[str, Any]) -> EditTimeline:
    """Return the edit timeline of a row, with its track as the one sound file.

    Raises:
        StorageError: the store failed.
        ConfigError: its cue sheet is gone, or is none.
    """
    key = f"cues/region={row['region']}/{row['video_id']}.json"
    try:
        sheet = CueSheet.from_json(store.read(key))
    except MissingError:
        raise ConfigError(f"its cue sheet {store.uri(key)} is gone; run the job again") from None
    except ValueError as error:
        fault = f"{store.uri(key)} is no cue sheet ({error}); run the job again"
        raise ConfigError(fault) from None
    return timeline_of(row, sheet, [SoundFile("track", f"{UP}{key_of_track(row['track_uri'])}")])
