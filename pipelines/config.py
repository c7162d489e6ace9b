"""The job file: one TOML, validated whole, every fault listed at once.

Paths in a job file are relative to the job file; on the command line, to the current folder.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from foley_core.cues.captions import languages_of
from foley_core.errors import ConfigError
from foley_core.ids import digest
from foley_core.messages import complaints, read_toml
from foley_core.mixing.target import LoudnessTarget, NormName, loudness_norms
from foley_core.models.hunyuan.published import (
    GeneratorName,
    ModelName,
    generator_named,
    place_missing,
)
from foley_core.provenance.marking import Marking
from foley_core.soundtrack.delivery import Delivery, TrackEncoding
from foley_core.soundtrack.request import LONGEST_S
from foley_core.storage.addresses import absolute_address, is_in_hub
from foley_core.styles.pack import StylePack
from foley_core.styles.wishes import FilterText, SoundWishes
from foley_core.types import Quality, Shortcut, Tier
from pipelines.delivery.format_names import CONTAINERS, checked_formats
from pipelines.provenance.provenance_section import Provenance, is_path

JOB_FILE_LIMIT_BYTES = 1 << 20
ORIGINAL = ("original", "original_db")
"""Keys of `[sound]` on a video's own sound, which is asked for a video as well."""
VIDEO_ENDINGS = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".ts", ".m4v", ".mxf")

_LATER_DELIVERIES = frozenset({"norm", "formats", "other_tracks"})
_LATER_WISHES = frozenset({"diegetic_music", "space", "width"})
"""Wishes that came after the first digests: one holds them only where a job has them, so that the
tracks of jobs without them keep their names."""

UNMARKED = Marking()


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sound(SoundWishes):
    """Wishes for videos whose row and sidecar do not say, and the video's own sound."""

    environment: bool = True
    action: bool = True
    music: bool = False
    filters: FilterText = ""
    original: Literal["drop", "keep"] = Field("drop", description="the video's own sound")
    original_db: float = Field(
        -12.0, ge=-60.0, le=12.0, description="gain of the video's own sound, if kept, dB"
    )


class DeliverySettings(_Section):
    """Settings of the written files. A loudness in figures wins over a norm, and a norm over the
    region's style pack."""

    encoding: TrackEncoding = Field("wav16", description="format and bits of the track")
    norm: NormName | None = Field(None, description="norm of loudness, by name")
    loudness_lufs: float | None = Field(
        None, ge=-40.0, le=-9.0, description="loudness of the track, LUFS"
    )
    true_peak_dbtp: float | None = Field(
        None, ge=-20.0, le=-0.1, description="highest true peak of the track, dBTP"
    )
    stems: bool = Field(False, description="deliver stems too")
    muxed: bool = Field(False, description="deliver an mp4 with the picture too")
    hold_gain: bool = Field(False, description="let filters win over the loudness")
    formats: tuple[str, ...] = Field((), description="formats of other programs, with commas")
    other_tracks: bool = Field(False, description="copy the source's other tracks with its picture")

    @field_validator("formats", mode="before")
    @classmethod
    def _known_formats(cls, names: object) -> tuple[str, ...]:
        if not isinstance(names, str | list | tuple):
            raise ValueError('give names, such as formats = ["otio", "captions"]')
        try:
            return checked_formats([names] if isinstance(names, str) else list(map(str, names)))
        except ConfigError as error:
            raise ValueError(str(error)) from None

    def delivery(
        self, pack: StylePack, original_db: float | None = None, marking: Marking = UNMARKED
    ) -> Delivery:
        """Return how tracks of a region with that pack are delivered."""
        asked = {"loudness_lufs": self.loudness_lufs, "true_peak_dbtp": self.true_peak_dbtp}
        mix = pack.mix
        usual = LoudnessTarget(mix.loudness_lufs, mix.true_peak_dbtp)
        target = loudness_norms()[self.norm] if self.norm else usual
        target = replace(target, **{name: one for name, one in asked.items() if one is not None})
        return Delivery(
            self.encoding,
            target,
            self.stems,
            self.muxed,
            original_db,
            self.hold_gain,
            marking,
            self.formats,
            languages_of(pack.regions) if "captions" in self.formats else (),
            self.other_tracks,
        )


class Pools(_Section):
    """Actors a stage: 0 leaves the choice to the size of the cluster.

    `look` and `look_gpus` are for public checkpoints alone.
    """

    perceive: int = Field(0, ge=0, le=10_000)
    generate: int = Field(0, ge=0, le=10_000)
    look: int = Field(0, ge=0, le=10_000)
    mix: int = Field(0, ge=0, le=10_000)
    generate_gpus: float = Field(0.0, ge=0.0, le=8.0)
    look_gpus: float = Field(0.0, ge=0.0, le=8.0)
    generate_batch: int = Field(0, ge=0, le=256)


class Privacy(_Section):
    """Rules of privacy: what is hidden, what is deleted, and no use of the network."""

    anonymise: bool = False
    delete_source: Literal["never", "after_commit"] = "never"
    retain_features_days: int | None = Field(None, ge=0, le=36_500)
    offline: bool = False


class Job(_Section):
    """One catalogue job."""

    schema_version: Literal[1] = 1
    manifest: str
    output: str
    regions: tuple[str, ...] = ("neutral",)
    model: GeneratorName = "embedded"
    model_path: str | None = None
    accept_licence: str | None = None
    tier: Tier = "full"
    quality: Quality = "standard"
    draft_shortcuts: tuple[Shortcut, ...] = ()
    limit: int | None = Field(None, ge=1)
    clip_s: int = Field(60, ge=4, le=3600)
    longest_video_s: int = Field(LONGEST_S, ge=1, le=1_000_000)
    rows_per_block: int = Field(0, ge=0, le=100_000)
    schemes: tuple[Literal["file", "s3"], ...] = ("file", "s3")
    pack_folders: tuple[str, ...] = ()
    sidecars: tuple[str, ...] = ()
    sound: Sound = Sound()
    delivery: DeliverySettings = DeliverySettings()
    provenance: Provenance = Provenance()
    pools: Pools = Pools()
    privacy: Privacy = Privacy()

    @field_validator("model", mode="plain")
    @classmethod
    def _model_is_known(cls, name: object) -> GeneratorName:
        try:
            return generator_named(str(name))
        except ConfigError as error:
            raise ValueError(str(error)) from None

    @field_validator("regions")
    @classmethod
    def _some_region(cls, regions: tuple[str, ...]) -> tuple[str, ...]:
        if not regions or len(set(regions)) != len(regions):
            raise ValueError("name at least one region, each once")
        return regions

    @model_validator(mode="after")
    def _model_has_its_files(self) -> "Job":
        if self.model != "embedded" and self.model_path is None:
            raise ValueError(place_missing(self.model))
        if self.privacy.offline and is_in_hub(self.model_path or ""):
            raise ValueError(
                "privacy.offline: model_path lies in a hub, which is not to be asked; fetch the "
                "files into a folder or bucket and name that"
            )
        return self

    @model_validator(mode="after")
    def _only_drafts_take_shortcuts(self) -> "Job":
        if self.draft_shortcuts and (self.model == "embedded" or self.quality != "draft"):
            raise ValueError(
                'draft_shortcuts are for quality "draft" of a public model; leave them out, or '
                "name both"
            )
        return self

    @model_validator(mode="after")
    def _nothing_shows_what_is_hidden(self) -> "Job":
        shown = ["delivery.muxed"] * self.delivery.muxed
        shown += [f"{a} in delivery.formats" for a in CONTAINERS if a in self.delivery.formats]
        if self.privacy.anonymise and shown:
            raise ValueError(
                f"privacy.anonymise: {' and '.join(shown)} would deliver the picture as it is; "
                "turn one of them off"
            )
        return self

    @property
    def public_model(self) -> ModelName | None:
        """The public checkpoints of the job, if it names any."""
        return None if self.model == "embedded" else self.model

    def sound_digest(self) -> str:
        """Digest of all settings that shape every track; places, pools and clips are not among
        them, nor is the tier, which a row may choose for itself."""
        shaping = {"sound", "delivery", "model", "quality"}
        if self.draft_shortcuts:
            shaping.add("draft_shortcuts")
        settings = self.model_dump(mode="json", include=shaping)
        if self.provenance.sign or self.provenance.aigc_producer:
            # Where the key lies changes nothing of what is asked for.
            settings["provenance"] = self.provenance.model_dump(exclude={"signing_key"})
        for name in _LATER_WISHES & settings["sound"].keys():
            if settings["sound"][name] is None:
                del settings["sound"][name]
        for name in _LATER_DELIVERIES:
            if not settings["delivery"][name]:
                del settings["delivery"][name]
        return digest({**settings, "anonymise": True} if self.privacy.anonymise else settings)


def load_job(path: Path, overrides: dict[str, object]) -> Job:
    """The job of a file, with what the command line overrides.

    Raises:
        ConfigError: the file cannot be read, is a manifest or a video, or any key or value is
            wrong; all faults are listed.
    """
    _refuse_other_kinds(path)
    data = _read_toml(path)
    for key in ("manifest", "output", "model_path"):
        if isinstance(data.get(key), str):
            data[key] = absolute_address(str(data[key]), path.resolve().parent)
    places = data.get("provenance")
    for key in ("signing_certificate", "signing_key"):
        if isinstance(places, dict) and is_path(places.get(key)):
            places[key] = absolute_address(places[key], path.resolve().parent)
    for key in ("pack_folders", "sidecars"):
        if isinstance(folders := data.get(key), list):
            data[key] = [absolute_address(str(item), path.resolve().parent) for item in folders]
    data.update({key: value for key, value in overrides.items() if value not in (None, ())})
    return made_job(data, f"{path}: the job file is not valid")


def made_job(data: Mapping[str, object], message: str = "an option cannot be used") -> Job:
    """Return the job of some keys.

    Raises:
        ConfigError: with that message; every fault is listed.
    """
    try:
        return Job.model_validate(data)
    except ValidationError as error:
        problems = complaints(error, _known_keys(), "'Job file' in pipelines/README.md")
        raise ConfigError(message, problems) from None


def _refuse_other_kinds(path: Path) -> None:
    """Say what to do with a manifest, or with a video, that was given as a job file.

    Raises:
        ConfigError: the file's name ends as theirs do.
    """
    name = path.name.lower()
    if name.removesuffix(".gz").endswith((".csv", ".jsonl", ".ndjson", ".parquet")):
        raise ConfigError(
            f"{path} is a manifest, and a job file is wanted: a TOML file that holds "
            f'manifest = "{path.name}" and output = "out", say'
        )
    if name.endswith(VIDEO_ENDINGS):
        raise ConfigError(
            f"{path} is a video, and a job file is wanted; for one video: foley one {path} -o out"
        )


def _read_toml(path: Path) -> dict[str, object]:
    try:
        if path.stat().st_size > JOB_FILE_LIMIT_BYTES:
            raise ConfigError(f"{path}: a job file has at most {JOB_FILE_LIMIT_BYTES} bytes")
        return read_toml(path.read_bytes(), str(path), "the job file")
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the job file ({error.strerror})") from None


def _known_keys() -> list[str]:
    sections = (Job, Sound, DeliverySettings, Provenance, Pools, Privacy)
    return sorted({key for section in sections for key in section.model_fields})
