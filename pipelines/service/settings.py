"""Settings of the service: where it keeps things, what it makes tracks with, its limits.

They travel to the worker process and to replicas on a cluster, so they are plain data.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from foley_core.errors import ConfigError
from foley_core.messages import complaints
from foley_core.models.hunyuan.published import GeneratorName
from foley_core.types import Quality, Tier
from pipelines.config import Job, made_job
from pipelines.manifest.asked_rows import asked_manifest

SOUNDTRACKS = "soundtracks/"
SECRET = "FOLEY_WEBHOOK_SECRET"
"""The variable that holds the key of webhooks' signatures."""


class ServiceSettings(BaseModel):
    """Settings of one service.

    Attributes:
        output: a folder or `s3://…`: what was accepted, and a job folder for each soundtrack.
        schemes: of addresses that clients may name; a path is of the scheme `file`, and shows
            clients what lies on the server.
        webhook_hosts: hosts that may be told of an end; none: no webhooks.
        webhook_secret: key of the signature of what they are told.
        most_waiting: soundtracks that are accepted and not finished, at most.
        largest_upload_bytes: of one request.
        longest_video_s: the most picture of one soundtrack.
        correction_wait_s: how long an answer to corrections waits for their sound.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    output: str
    model: GeneratorName = "embedded"
    model_path: str | None = None
    accept_licence: str | None = None
    tier: Tier = "full"
    quality: Quality = "standard"
    device: str = "cpu"
    anonymise: bool = False
    pack_folders: tuple[str, ...] = ()
    schemes: tuple[Literal["file", "s3"], ...] = ("s3",)
    webhook_hosts: tuple[str, ...] = ()
    webhook_secret: str = Field("", repr=False)
    most_waiting: int = Field(100, ge=1, le=100_000)
    largest_upload_bytes: int = Field(2 << 30, ge=1 << 10)
    longest_video_s: int = Field(3600, ge=1, le=1_000_000)
    correction_wait_s: float = Field(60.0, ge=0.0, le=600.0)

    def job(self, soundtrack_id: str, asked: dict[str, object]) -> Job:
        """Return the job of one soundtrack: a folder of its own, as `foley one` makes it.

        Args:
            asked: keys of a job that its request sets.

        Raises:
            ConfigError: one cannot be used; every fault is listed.
        """
        place = f"{self.output}/{SOUNDTRACKS}{soundtrack_id}"
        return made_job(
            {
                "manifest": asked_manifest(place),
                "output": place,
                "model": self.model,
                "model_path": self.model_path,
                "accept_licence": self.accept_licence,
                "tier": self.tier,
                "quality": self.quality,
                "pack_folders": self.pack_folders,
                "longest_video_s": self.longest_video_s,
                "privacy": {"anonymise": self.anonymise},
                **asked,
            },
            "the request cannot be used",
        )


def service_settings(values: Mapping[str, object]) -> ServiceSettings:
    """Return the settings of some values.

    Raises:
        ConfigError: one cannot be used; every fault is listed.
    """
    try:
        return ServiceSettings.model_validate(values)
    except ValidationError as error:
        faults = complaints(error, ServiceSettings.model_fields)
        raise ConfigError("a setting of the service cannot be used", faults) from None
