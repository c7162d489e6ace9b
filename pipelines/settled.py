"""A job with all that was looked up for it before any video is opened.

Nothing here imports a model: a driver plans and commits, it never sees or performs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from foley_core import __version__
from foley_core.ids import digest
from foley_core.soundtrack.correction_log import logs
from foley_core.soundtrack.deliver import Delivery
from foley_core.soundtrack.score import Scoring
from foley_core.storage import Storage
from foley_core.styles.pack import StylePack, available_packs, load_pack
from foley_core.types import Tier
from pipelines.config import Job
from pipelines.plan import Asked
from pipelines.weights import model_label, model_sha256, shipped_models


@dataclass(frozen=True, slots=True)
class Settled:
    """A job, its style packs, and what follows from them for each region.

    `weights` is the digest of the weights that make a track, of every tier there is.
    """

    job: Job
    run_id: str
    packs: Mapping[str, StylePack]
    scoring: Mapping[str, Scoring]
    deliveries: Mapping[str, Delivery]
    weights: Mapping[Tier, str]

    @property
    def models(self) -> dict[Tier, str]:
        """What a track says of the model that made it, by tier."""
        return {tier: model_label(tier, sha256) for tier, sha256 in self.weights.items()}


def settle(job: Job, run_id: str) -> Settled:
    """Look up all that a job names, before any video is opened.

    Raises:
        StylePackError: a region has no valid style pack.
        CheckpointError: the weights of the job's tier are not there.
    """
    model_sha256(job.tier)
    names = dict.fromkeys([*job.regions, *available_packs(job.pack_folders)])
    packs = {region: load_pack(region, job.pack_folders) for region in names}
    sound = job.sound
    original_db = sound.original_db if sound.original == "keep" else None
    return Settled(
        job=job,
        run_id=run_id,
        packs=packs,
        scoring={
            region: Scoring(
                pack=pack,
                environment=sound.environment,
                action=sound.action,
                music=sound.music,
                filters=sound.parsed,
                mood=sound.mood,
                tempo_bpm=sound.tempo_bpm,
            )
            for region, pack in packs.items()
        },
        deliveries={r: job.delivery.delivery(pack, original_db) for r, pack in packs.items()},
        weights=shipped_models(),
    )


def asked_by(settled: Settled) -> Asked:
    """What a job asks of every row. A new version of the program masters anew."""
    job = settled.job
    settings = digest({"sound": job.sound_digest(), "version": __version__})
    packs = {region: pack.sha256 for region, pack in settled.packs.items()}
    made = logs(Storage(job.output))
    return Asked(job.regions, packs, job.tier, settled.weights, settings, made)
