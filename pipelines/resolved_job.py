"""A job with all that was looked up for it before any video is opened.

Nothing here imports a model: a driver plans and commits, it never sees or generates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from foley_core import __version__
from foley_core.errors import ConfigError, StylePackError
from foley_core.ids import digest
from foley_core.models.hunyuan.licence import refusal_of
from foley_core.models.track_maker import TrackMaker, find_maker
from foley_core.soundtrack.correction_log import logs
from foley_core.soundtrack.delivery import Delivery
from foley_core.soundtrack.planning import Scoring
from foley_core.storage.store import Storage
from foley_core.styles.pack import StylePack, available_packs, load_pack
from foley_core.styles.wishes import filters_of
from foley_core.types import Tier
from pipelines.asked import Asked
from pipelines.config import Job


@dataclass(frozen=True, slots=True)
class ResolvedJob:
    """A job, its style packs, and what follows from them for each region.

    `maker` are the models that make tracks, by name; `weights` is the digest of all that make one,
    of every tier there is; `faulty_packs` says why regions that only rows can name have none.
    `run_id`, and `lease`, the number of the output's lease, are of the run that has begun.
    """

    job: Job
    packs: Mapping[str, StylePack]
    scoring: Mapping[str, Scoring]
    deliveries: Mapping[str, Delivery]
    maker: TrackMaker
    weights: Mapping[Tier, str]
    faulty_packs: Mapping[str, str] = field(default_factory=dict)
    run_id: str = ""
    lease: int = 0

    @property
    def refused(self) -> dict[str, str]:
        """Regions that cannot be made, by their packs or with the public checkpoints, and why."""
        if self.maker.public is None:
            return {**self.faulty_packs}
        reasons = {name: refusal_of(pack.regions) for name, pack in self.packs.items()}
        left_out = {name: reason for name, reason in reasons.items() if reason}
        return {**self.faulty_packs, **left_out}


def resolve_job(job: Job, run_id: str = "") -> ResolvedJob:
    """Look up all that a job names, before any video is opened.

    Raises:
        StylePackError: a region of the job has no valid style pack.
        CheckpointError: the weights of the job's tier are not there, public checkpoints cannot be
            used, or their licence is not accepted.
        ConfigError: their licence leaves out a region of the job, or files cannot be signed.
        StorageError: they cannot be read.
    """
    maker = _usable(find_maker(job.model, job.model_path, job.accept_licence))
    maker.weights.digest(job.tier)
    packs, faulty_packs = _packs(job)
    sound, marking = job.sound, job.provenance.marking
    if marking.sign:
        from foley_core.provenance.mark_file import with_signer

        marking = with_signer(marking)
    original_db = sound.original_db if sound.original == "keep" else None
    resolved = ResolvedJob(
        job=job,
        run_id=run_id,
        packs=packs,
        scoring={
            region: Scoring(pack, sound, filters_of(sound.filters))
            for region, pack in packs.items()
        },
        deliveries={
            r: job.delivery.delivery(pack, original_db, marking) for r, pack in packs.items()
        },
        maker=maker,
        weights={tier: maker.digest(tier) for tier in maker.weights.tiers},
        faulty_packs=faulty_packs,
    )
    refused = resolved.refused
    if left_out := [f"{region}: {refused[region]}" for region in job.regions if region in refused]:
        raise ConfigError("some regions cannot be made with this model", tuple(left_out))
    return resolved


def _packs(job: Job) -> tuple[dict[str, StylePack], dict[str, str]]:
    """Return the packs of all regions that can be named, and why some cannot be read.

    Raises:
        StylePackError: that of a region of the job cannot.
    """
    packs, faulty = {}, {}
    for region in dict.fromkeys([*job.regions, *available_packs(job.pack_folders)]):
        try:
            packs[region] = load_pack(region, job.pack_folders)
        except StylePackError as error:
            if region in job.regions:
                raise
            faulty[region] = str(error)
    return packs, faulty


def _usable(maker: TrackMaker) -> TrackMaker:
    """Look at the files of public checkpoints, so that no GPU is taken in vain."""
    if maker.public:
        from foley_core.models.hunyuan.checking import check_files, refuse_faults

        published = maker.public.published
        refuse_faults(published, check_files(published))
    return maker


def asked_by(resolved: ResolvedJob) -> Asked:
    """Return what a job asks of every row. A new version of the program masters anew."""
    job = resolved.job
    settings = digest({"sound": job.sound_digest(), "version": __version__})
    packs = {region: pack.sha256 for region, pack in resolved.packs.items()}
    made = logs(Storage(job.output))
    return Asked(job.regions, packs, job.tier, resolved.weights, settings, made, resolved.refused)
