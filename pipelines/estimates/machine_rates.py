"""Speed of a machine at making soundtracks: measured by `foley benchmark catalogue`, or a default.

The benchmark leaves its figures in the cache folder, one file a tier; they can be taken to another
machine and named there. Rates are CPU seconds of one core, so that they hold for any number of
cores of one kind.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from foley_core.errors import ConfigError
from foley_core.messages import complaints
from foley_core.storage.local_copies import cache_folder
from foley_core.types import Quality, Tier

PIXELS_MEASURED = 1280 * 720
RATE_MEASURED = 25.0
RATES_FILE_LIMIT_BYTES = 1 << 20
GENERATE_PER_TRACK = 0.3
"""Share of the work of generating ten seconds that a track has however short it is: a video of 60 s
takes 4.5 times the work of one of 10 s (cluster/README.md)."""
LENGTH_MEASURED_S = 10.0
DECODE_SHARE = 0.25
"""Share of perception that grows with pixels and pictures; the rest sees maps of one size. By the
figures for 720p and 1080p in cluster/README.md."""
QUALITY_WORK: Mapping[Tier, Mapping[Quality, float]] = {
    "full": {"draft": 0.45, "standard": 1.0, "fine": 2.7},
    "light": {"draft": 0.5, "standard": 1.0, "fine": 1.0},
}
"""Work of generating beside that of `standard`, by the steps of the sampler."""


class MachineRates(BaseModel):
    """Rates of one machine and tier: ten-second videos of 1280 × 720, 25 pictures a second.

    Attributes:
        machine: words for whoever reads an estimate.
        cpus: cores of it.
        measured: the day; "" for a default.
        start_s: wall seconds of a job before and after its work: cluster, models, end.
        load_s: CPU seconds of stages before their first video: models.
        busy: share of all cores that the stages use while they work.
        split_s: CPU seconds a video: opening, headers.
        perceive_s, generate_s, mix_s: CPU seconds a second of picture or track.
        further_region: generating for a further region of the same videos, beside the first.
        features_bytes, stems_bytes: stored, a second of picture or track.
        look_s: CPU seconds a second of picture of what looks for public checkpoints.
        card_s: seconds of a GPU a second of track, by public model.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    schema_version: Literal[1] = 1
    machine: str = "one core in cluster/README.md"
    cpus: int = Field(os.cpu_count() or 1, ge=1)
    measured: str = ""
    tier: Tier = "full"
    start_s: float = Field(25.0, ge=0)
    load_s: float = Field(6.0, ge=0)
    busy: float = Field(0.85, gt=0, le=1)
    split_s: float = Field(0.3, ge=0)
    perceive_s: float = Field(0.14, ge=0)
    generate_s: float = Field(0.48, ge=0)
    mix_s: float = Field(0.01, ge=0)
    further_region: float = Field(0.3, ge=0)
    features_bytes: float = Field(32_000, ge=0)
    stems_bytes: float = Field(200_000, ge=0)
    look_s: float = Field(0.18, ge=0)
    card_s: dict[str, float] = {"hunyuan-xxl": 5.3 / 60, "hunyuan-xl": 3.5 / 60}

    def perceive_work_s(self, seconds: float, pictures: float) -> float:
        """Return CPU seconds of perception for seconds of picture.

        Args:
            pictures: size times rate, beside those that were measured; see `Sampled.picture_s`.
        """
        return seconds * self.perceive_s * (1 - DECODE_SHARE + DECODE_SHARE * pictures)

    def generate_work_s(self, tracks: float, seconds: float, quality: Quality) -> float:
        """Return CPU seconds of generating tracks of so many seconds in all."""
        each = GENERATE_PER_TRACK * LENGTH_MEASURED_S * tracks
        work = self.generate_s * (each + (1 - GENERATE_PER_TRACK) * seconds)
        return work * QUALITY_WORK[self.tier][quality]


LIGHT = MachineRates(tier="light", perceive_s=0.11, generate_s=0.2)
DEFAULTS: Mapping[Tier, MachineRates] = {"full": MachineRates(), "light": LIGHT}


def rates_of_machine(tier: Tier) -> MachineRates:
    """Return what the last benchmark of a tier measured on this machine, else the default.

    Raises:
        ConfigError: its file cannot be read.
    """
    path = _file(tier)
    return read_rates(path) if path.is_file() else DEFAULTS[tier]


def read_rates(path: Path) -> MachineRates:
    """Return the rates in a file, such as another machine's.

    Raises:
        ConfigError: it cannot be read, or is no file of rates; every fault is listed.
    """
    try:
        if path.stat().st_size > RATES_FILE_LIMIT_BYTES:
            raise ConfigError(f"{path} is too large for the figures of a benchmark")
        return MachineRates.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    except ValidationError as error:
        faults = complaints(error, tuple(MachineRates.model_fields))
        raise ConfigError(
            f"{path} holds no figures of a machine; foley benchmark catalogue writes them", faults
        ) from None


def keep_rates(rates: MachineRates) -> Path:
    """Keep what was measured for later estimates on this machine; the file."""
    path = _file(rates.tier)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(rates.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return path


def this_machine() -> str:
    """Return words for this machine: its processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "this machine"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "this machine"


def today() -> str:
    """Return the date, for `measured`."""
    return f"{datetime.now(UTC):%Y-%m-%d}"


def _file(tier: Tier) -> Path:
    return cache_folder() / f"benchmark-{tier}.json"
