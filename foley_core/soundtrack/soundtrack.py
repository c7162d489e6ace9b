"""The finished soundtrack that the engine returns: in memory, or in any file."""

import shutil
import weakref
from functools import cached_property
from os import PathLike, fsdecode
from os.path import samestat
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Literal

import numpy as np
import soundfile
from scipy.signal import resample_poly

from foley_core.cues.sheet import CueSheet
from foley_core.errors import EncodeError
from foley_core.media.encode import write_track
from foley_core.provenance.mark_file import mark_file, marks_for
from foley_core.provenance.marking import Marker
from foley_core.soundtrack.deliver import bext_of, filter_note, source_type_of
from foley_core.soundtrack.delivery import Delivery
from foley_core.soundtrack.finishing import Finished, finish
from foley_core.soundtrack.mix_plan import MixPlan
from foley_core.soundtrack.mixdown import stem_groups
from foley_core.soundtrack.muxing import mux_footage
from foley_core.soundtrack.span import Footage
from foley_core.storage.addresses import local_path
from foley_core.storage.store import Storage
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import F32


class Soundtrack:
    """A finished soundtrack. Sound is held in a temporary folder until it is asked for.

    `sample_rate`, in Hz, is that of `waveform`, `stems` and exported sound.
    """

    def __init__(
        self,
        store: Storage,
        footage: Footage,
        plan: MixPlan,
        delivery: Delivery,
        sample_rate: int,
        model: str,
    ) -> None:
        self._store = store
        self._footage = footage
        self._model, self._marker = model, Marker(delivery.marking)
        self._source_type = source_type_of(delivery)
        self.sample_rate = sample_rate
        self._folder = folder_of(self)
        scratch = self._folder / "mix.f32"
        self._finished: Finished = finish(store, footage, plan, delivery, scratch)
        self._mastered, self._plan = self._finished.mastered, self._finished.plan

    @property
    def cue_sheet(self) -> CueSheet:
        """The directed cue sheet: what sounds, when and how loud."""
        return self._plan.sheet

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks for a person, such as words of the prompt that were not understood."""
        said = (self._finished.note, self._mastered.note, filter_note(self._mastered))
        return (*self._plan.notes, *filter(None, said))

    @property
    def loudness_lufs(self) -> float | None:
        """Integrated loudness; None where the track is too short or too quiet to measure."""
        return self._mastered.loudness_lufs

    @property
    def true_peak_dbtp(self) -> float | None:
        """Maximum true peak; None for digital silence."""
        return self._mastered.true_peak_dbtp

    @cached_property
    def waveform(self) -> F32:
        """The mastered track `(2, N)` at `sample_rate`."""
        return self._at_rate(np.concatenate(list(self._mastered.blocks()), axis=1))

    @cached_property
    def stems(self) -> dict[str, F32]:
        """The mix before mastering, apart: `(2, N)` for each class group, and `music`."""
        return {
            group: self._at_rate(np.concatenate(list(blocks()), axis=1))
            for group, blocks in stem_groups(self._store, self._plan).items()
        }

    def export(self, path: str | bytes | PathLike[str]) -> Path:
        """Write the track: `.wav` (16 bit, BWF), `.flac` (16 bit), or `.mp4` with the picture.

        The file appears when it is finished: what lay there stays until then, and where it fails.

        Raises:
            EncodeError: the file cannot be written, it is the video itself, or its name has another
                ending.
        """
        path = Path(fsdecode(path))
        ending = path.suffix.lower()
        if ending not in {".wav", ".flac", ".mp4"}:
            raise EncodeError(f"{path}: export to a .wav, .flac or .mp4 file")
        self._refuse_place(path)
        try:
            with TemporaryDirectory(dir=path.parent, prefix=".foley-") as folder:
                made = Path(folder) / f"track{ending}"
                self._write_file(made)
                made.replace(path.resolve())
        except OSError as error:
            raise _not_written(path, error) from error
        return path

    def _refuse_place(self, path: Path) -> None:
        """Raise EncodeError for a path where no file can be, or where the video lies."""
        source = local_path(self._footage.request.uri)
        try:
            if source and samestat(path.stat(), source.stat()):
                raise EncodeError(f"{path} is the video itself; export to another file")
        except FileNotFoundError:
            if not path.parent.is_dir():
                raise EncodeError(
                    f"{path}: there is no folder {path.parent}; make it first"
                ) from None
        except (OSError, ValueError) as error:
            # A ValueError is a name that no file can have.
            raise _not_written(path, error) from error

    def _write_file(self, path: Path) -> None:
        if path.suffix == ".mp4":
            self._write_muxed(path)
        elif self.sample_rate == SAMPLE_RATE:
            self._write(path)
        else:
            try:
                soundfile.write(path, self.waveform.T, self.sample_rate, subtype="PCM_16")
            except soundfile.LibsndfileError as error:
                raise _not_written(path, error) from error
            mark_file(path, self._marker, self._source_type)

    def _write(self, path: Path) -> Path:
        encoding: Literal["wav16", "flac16"] = "flac16" if path.suffix == ".flac" else "wav16"
        bext = bext_of(self._footage, self._mastered, self._model, encoding)
        write_track(
            path,
            self._mastered.blocks(),
            channels=2,
            samples=self._footage.span.samples,
            encoding=encoding,
            bext=bext,
            dither_seed=self._footage.request.noise_seed,
            comment=bext.coding_history,
        )
        mark_file(path, self._marker, self._source_type)
        return path

    def _write_muxed(self, path: Path) -> None:
        track = self._write(self._folder / "track.wav")
        marks = marks_for(self._marker, "compositeWithTrainedAlgorithmicMedia", "")
        mux_footage(self._footage, track, path, marks)

    def _at_rate(self, waveform: F32) -> F32:
        if self.sample_rate == SAMPLE_RATE:
            return waveform
        resampled = resample_poly(waveform, self.sample_rate, SAMPLE_RATE, axis=1)
        return np.asarray(resampled, dtype=np.float32)


def _not_written(path: Path, error: Exception) -> EncodeError:
    return EncodeError(f"{path}: cannot be written ({error}); is there space?")


def folder_of(owner: object) -> Path:
    """A temporary folder that lives as long as its owner."""
    folder = mkdtemp(prefix="foley-")
    weakref.finalize(owner, shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def temporary_store() -> Storage:
    """A store in a temporary folder that lives as long as anybody holds the store."""
    folder = mkdtemp(prefix="foley-")
    store = Storage(folder)
    weakref.finalize(store, shutil.rmtree, folder, ignore_errors=True)
    return store
