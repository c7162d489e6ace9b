"""A job with all that was looked up for it before any video is opened.

Nothing here imports a model: a driver plans and commits, it never sees or performs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from foley_core import __version__
from foley_core.ids import digest
from foley_core.soundtrack.deliver import Delivery
from foley_core.soundtrack.score import Scoring
from foley_core.styles.pack import StylePack, available_packs, load_pack
from pipelines.config import Job
from pipelines.weights import model_label, model_sha256


@dataclass(frozen=True, slots=True)
class Settled:
    """A job, its style packs, and what follows from them for each region."""

    job: Job
    run_id: str
    packs: Mapping[str, StylePack]
    scoring: Mapping[str, Scoring]
    deliveries: Mapping[str, Delivery]
    model_sha256: str

    @property
    def model(self) -> str:
        """What a track says of the model that made it."""
        return model_label(self.job.model, self.model_sha256)

    @property
    def pack_sha256(self) -> dict[str, str]:
        """Digest of the style pack of every region that may be named."""
        return {region: pack.sha256 for region, pack in self.packs.items()}


def settle(job: Job, run_id: str) -> Settled:
    """Look up all that a job names, before any video is opened.

    Raises:
        StylePackError: a region has no valid style pack.
        CheckpointError: the model's weights are not there.
    """
    names = dict.fromkeys([*job.regions, *available_packs(job.pack_folders)])
    packs = {region: load_pack(region, job.pack_folders) for region in names}
    sound = job.sound
    original_db = sound.original_db if sound.original == "keep" else None
    return Settled(
        job=job,
        run_id=run_id,
        packs=packs,
        scoring={
            region: Scoring(pack, sound.environment, sound.action, sound.music, sound.parsed)
            for region, pack in packs.items()
        },
        deliveries={r: job.delivery.delivery(pack, original_db) for r, pack in packs.items()},
        model_sha256=model_sha256(),
    )


def request_base(settled: Settled) -> str:
    """Digest of all that shapes every track of a job. A new version of the program masters anew."""
    return digest(
        {
            "sound": settled.job.sound_digest(),
            "weights": settled.model_sha256,
            "version": __version__,
        }
    )
