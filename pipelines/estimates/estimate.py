"""Estimates of a job's work, time and money, from a plan's counts, a sample of videos and rates.

Work is CPU seconds of one core. The first region of a video bears what is done once for all of
them, as a job counts it too: pictures are decoded and looked at once, and further regions generate
only what their style packs change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from foley_core.timebase import SAMPLE_RATE
from pipelines.config import Job
from pipelines.estimates.machine_rates import MachineRates
from pipelines.estimates.price_table import (
    READ_BYTES,
    REQUESTS_PER_TRACK,
    REQUESTS_PER_VIDEO,
    Prices,
)
from pipelines.estimates.sample import Sampled
from pipelines.plan import Plan

CHANNELS = 2
SAMPLE_BYTES: Mapping[str, float] = {"wav16": 2, "wav24": 3, "flac16": 1.1, "flac24": 2.0}
"""Bytes a sample of a track; those of FLAC are what tracks here came to."""
STEMS_DELIVERED = 4
STEM_SAMPLE_BYTES = 4
CARD_BUSY = 0.9
BEDS_SHARE = 0.3
"""Share of generating that remains where public checkpoints make the actions."""


@dataclass(frozen=True, slots=True)
class RegionEstimate:
    """Work and storage for one region.

    Attributes:
        picture_s: seconds of picture, which are seconds of track.
        work_s: CPU seconds by stage.
        card_s: seconds of a GPU.
        read_bytes: of videos that are opened for it.
        written_bytes, kept_bytes: of tracks and of what is stored for reuse; kept without features
            that the job lets expire.
    """

    tracks: int
    picture_s: float
    clips: float
    work_s: Mapping[str, float]
    card_s: float
    read_bytes: float
    written_bytes: float
    kept_bytes: float
    requests: Mapping[str, float]

    @property
    def cpu_s(self) -> float:
        """CPU seconds of all stages."""
        return sum(self.work_s.values())


@dataclass(frozen=True, slots=True)
class Estimate:
    """Work and storage for a job, by region, with the rates of the machine that does it."""

    regions: Mapping[str, RegionEstimate]
    rates: MachineRates

    @property
    def cpu_s(self) -> float:
        """CPU seconds of all regions, and of loading models once."""
        return self.rates.load_s + sum(one.cpu_s for one in self.regions.values())

    @property
    def card_s(self) -> float:
        """Seconds of a GPU of all regions."""
        return sum(one.card_s for one in self.regions.values())

    def wall_s(self, machines: int = 1, cpus: int | None = None, gpus: int = 0) -> float:
        """Return the seconds from the command to its end, on machines of so many cores and GPUs."""
        cores = machines * (cpus or self.rates.cpus)
        of_cards = self.card_s / (machines * gpus * CARD_BUSY) if gpus else 0.0
        return self.rates.start_s + max(self.cpu_s / (cores * self.rates.busy), of_cards)

    def machines_for(self, deadline_s: float, cpus: int | None = None, gpus: int = 0) -> int | None:
        """Return how many machines finish in time; None where no number does."""
        left_s = deadline_s - self.rates.start_s
        if left_s <= 0 or (self.card_s and not gpus):
            return None
        by_cpu = self.cpu_s / (left_s * (cpus or self.rates.cpus) * self.rates.busy)
        by_card = self.card_s / (left_s * gpus * CARD_BUSY) if gpus else 0.0
        return max(1, ceil(max(by_cpu, by_card)))

    def money(self, prices: Prices, machines: int = 1) -> dict[str, float]:
        """Return what it costs, by what it is paid for."""
        machine, storage = prices.machine, prices.storage
        hours = self.wall_s(machines, machine.cpus, machine.gpus) / 3600
        rows = self.regions.values()
        puts = sum(one.requests["put"] + one.requests["list"] for one in rows)
        gets = sum(one.requests["get"] for one in rows)
        return {
            "machines": machines * hours * machine.hour,
            "storage": sum(o.kept_bytes for o in rows) / 1e9 * storage.gb_month * storage.months,
            "reading": sum(one.read_bytes for one in rows) / 1e9 * storage.gb_read,
            "requests": puts / 1000 * storage.put_1000 + gets / 1000 * storage.get_1000,
        }


def estimate(job: Job, plan: Plan, sampled: Sampled, rates: MachineRates) -> Estimate:
    """Return what the tracks of a plan take; of unreadable videos nothing is made."""
    return Estimate(
        {region: _of_region(region, job, plan, sampled, rates) for region in sorted(plan.tracks)},
        rates,
    )


def _of_region(
    region: str, job: Job, plan: Plan, sampled: Sampled, rates: MachineRates
) -> RegionEstimate:
    usable = sampled.readable / max(1, sampled.videos)
    each = 1 / max(1, sampled.readable)
    tracks = plan.tracks[region] * usable
    # What is stored already of a video is neither decoded nor generated again.
    looked_at = plan.first_tracks[region] * usable * (1 - sampled.known_share)
    again = tracks - looked_at
    seconds, picture_s = sampled.seconds * each, sampled.picture_s * each
    pixels_rate = picture_s / seconds if seconds else 1.0
    generated = rates.generate_work_s(looked_at, looked_at * seconds, job.quality)
    further = rates.generate_work_s(again, again * seconds, job.quality) * rates.further_region
    public = job.public_model
    work = {
        "split": tracks * rates.split_s,
        "look": looked_at * picture_s * rates.look_s if public else 0.0,
        "perceive": rates.perceive_work_s(looked_at * seconds, pixels_rate),
        "generate": (generated + further) * (BEDS_SHARE if public else 1.0),
        "mix": tracks * seconds * rates.mix_s,
    }
    features = looked_at * seconds * rates.features_bytes
    track_bytes = tracks * seconds * SAMPLE_RATE * CHANNELS * _track_sample_bytes(job)
    size_bytes = sampled.size_bytes * each
    of_source = {"get": 2 + size_bytes / READ_BYTES}
    muxed = tracks * size_bytes if job.delivery.muxed else 0.0
    stems = (looked_at + again * rates.further_region) * seconds * rates.stems_bytes
    written = features + stems + track_bytes + muxed
    expires = job.privacy.retain_features_days is not None
    return RegionEstimate(
        tracks=plan.tracks[region],
        picture_s=tracks * seconds,
        clips=tracks * sampled.clips * each,
        work_s=work,
        card_s=tracks * seconds * rates.card_s.get(public, 0.0) if public else 0.0,
        read_bytes=looked_at * size_bytes + muxed,
        written_bytes=written,
        kept_bytes=written - (features if expires else 0.0),
        requests={
            kind: looked_at * (REQUESTS_PER_VIDEO[kind] + of_source.get(kind, 0.0))
            + tracks * REQUESTS_PER_TRACK[kind]
            for kind in REQUESTS_PER_TRACK
        },
    )


def _track_sample_bytes(job: Job) -> float:
    stems = STEMS_DELIVERED * STEM_SAMPLE_BYTES if job.delivery.stems else 0
    return SAMPLE_BYTES[job.delivery.encoding] + stems
