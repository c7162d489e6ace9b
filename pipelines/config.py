"""The job file: one TOML, validated whole, every fault listed at once.

Paths in a job file are relative to the job file; on the command line, to the current folder.
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from foley_core.errors import ConfigError
from foley_core.ids import digest
from foley_core.messages import complaints, read_toml
from foley_core.mixing.target import LoudnessTarget
from foley_core.models.hunyuan.published import (
    GeneratorName,
    ModelName,
    generator_named,
    place_missing,
)
from foley_core.soundtrack.delivery import Delivery, TrackEncoding
from foley_core.storage.addresses import absolute_address, is_in_hub
from foley_core.styles.pack import StylePack
from foley_core.styles.wishes import FilterText, SoundWishes
from foley_core.types import Quality, Tier

JOB_FILE_LIMIT_BYTES = 1 << 20

_LATER_WISHES = frozenset({"diegetic_music", "space"})
"""Wishes that came after the first digests: one holds them only where a job has them, so that the
tracks of jobs without them keep their names."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sound(SoundWishes):
    """Wishes for videos whose row and sidecar do not say, and the video's own sound."""

    environment: bool = True
    action: bool = True
    music: bool = False
    filters: FilterText = ""
    original: Literal["drop", "keep"] = "drop"
    original_db: float = Field(-12.0, ge=-60.0, le=12.0)


class DeliverySettings(_Section):
    """Settings of the written files. Without a loudness, the region's style pack decides."""

    encoding: TrackEncoding = "wav16"
    loudness_lufs: float | None = Field(None, ge=-40.0, le=-9.0)
    true_peak_dbtp: float | None = Field(None, ge=-20.0, le=-0.1)
    stems: bool = False
    muxed: bool = False
    hold_gain: bool = False

    def delivery(self, pack: StylePack, original_db: float | None = None) -> Delivery:
        """Return how tracks of a region with that pack are delivered."""
        loudness, peak = self.loudness_lufs, self.true_peak_dbtp
        target = LoudnessTarget(
            loudness_lufs=pack.mix.loudness_lufs if loudness is None else loudness,
            true_peak_dbtp=pack.mix.true_peak_dbtp if peak is None else peak,
        )
        return Delivery(self.encoding, target, self.stems, self.muxed, original_db, self.hold_gain)


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
    limit: int | None = Field(None, ge=1)
    clip_s: int = Field(60, ge=4, le=3600)
    rows_per_block: int = Field(0, ge=0, le=100_000)
    schemes: tuple[Literal["file", "s3"], ...] = ("file", "s3")
    pack_folders: tuple[str, ...] = ()
    sidecars: tuple[str, ...] = ()
    sound: Sound = Sound()
    delivery: DeliverySettings = DeliverySettings()
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
    def _nothing_shows_what_is_hidden(self) -> "Job":
        if self.privacy.anonymise and self.delivery.muxed:
            raise ValueError(
                "privacy.anonymise: delivery.muxed would deliver the picture as it is; "
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
        settings = self.model_dump(mode="json", include=shaping)
        for name in _LATER_WISHES & settings["sound"].keys():
            if settings["sound"][name] is None:
                del settings["sound"][name]
        return digest({**settings, "anonymise": True} if self.privacy.anonymise else settings)


def load_job(path: Path, overrides: dict[str, object]) -> Job:
    """The job of a file, with what the command line overrides.

    Raises:
        ConfigError: the file cannot be read, or any key or value is wrong; all faults are listed.
    """
    data = _read_toml(path)
    for key in ("manifest", "output", "model_path"):
        if isinstance(data.get(key), str):
            data[key] = absolute_address(str(data[key]), path.resolve().parent)
    for key in ("pack_folders", "sidecars"):
        folders = data.get(key)
        if isinstance(folders, list):
            data[key] = [absolute_address(str(item), path.resolve().parent) for item in folders]
    data.update({key: value for key, value in overrides.items() if value not in (None, ())})
    try:
        return Job.model_validate(data)
    except ValidationError as error:
        problems = complaints(error, _known_keys(), "'Job file' in pipelines/README.md")
        raise ConfigError(f"{path}: the job file is not valid", problems) from None


def _read_toml(path: Path) -> dict[str, object]:
    try:
        if path.stat().st_size > JOB_FILE_LIMIT_BYTES:
            raise ConfigError(f"{path}: a job file has at most {JOB_FILE_LIMIT_BYTES} bytes")
        return read_toml(path.read_bytes(), str(path), "the job file")
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the job file ({error.strerror})") from None


def _known_keys() -> list[str]:
    sections = (Job, Sound, DeliverySettings, Pools, Privacy)
    return sorted({key for section in sections for key in section.model_fields})
