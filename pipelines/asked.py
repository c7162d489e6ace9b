"""Requests of a job for each row of its manifest, and their digests, which tell what was done.

A `request` is the digest of everything that was asked for one video and region: the row's own
wishes, the settings of the job and the style pack. A track whose metadata row has the same request
is not made again. What a place or a pool is called is no part of it; nor is the content of a video:
a file replaced under the same URI must be given another URI to be done again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from foley_core.ids import digest
from foley_core.types import Json, Tier
from pipelines.manifest.reader import AnyRow, InvalidRow, ManifestRow

Wish: TypeAlias = tuple[ManifestRow, str, str]
"""A row, a region, and the request that both make together."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Settings of a job that hold for every row.

    Attributes:
        regions: for rows that name none.
        packs: sha256 of the style pack of every region that may be named.
        tier: for rows that name none.
        weights: digest of the weights of every tier that may be named.
        settings: digest of all other settings that shape a track.
        corrections: of the videos that people corrected, by the digest of their id: how many
            entries their log has, and a digest of them.
        refused: regions that a faulty pack or the model's licence leaves out, and why.
    """

    regions: tuple[str, ...]
    packs: Mapping[str, str]
    tier: Tier
    weights: Mapping[Tier, str]
    settings: str
    corrections: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    def corrections_of(self, video_id: str) -> tuple[int, str]:
        """Return how many entries a video's log has, and a digest of them."""
        if not self.corrections:
            return 0, ""
        return self.corrections.get(digest({"video_id": video_id}), (0, ""))

    def tier_of(self, row: ManifestRow) -> Tier:
        """The tier that generates a row."""
        return row.wishes.tier or self.tier


def request_of(row: ManifestRow, region: str, asked: Asked) -> str:
    """Digest of all that one row asks for in one region, its sidecar's wishes included.

    Its other columns are in it as text, since the metadata hold them: 7 of one file format is "7"
    of another, and an empty value none. A track made again for them alone costs a mix.
    """
    extra: Json = {name: str(value) for name, value in row.extra.items() if value not in (None, "")}
    return digest(
        {
            "video_id": row.video_id,
            "uri": row.uri,
            **row.wishes.for_digest(),
            "start_s": seconds_text(row.start_s),
            "end_s": seconds_text(row.end_s),
            **({"corrections": made} if (made := asked.corrections_of(row.video_id)[1]) else {}),
            "tier": asked.tier_of(row),
            "region": region,
            "pack": asked.packs[region],
            "weights": asked.weights[asked.tier_of(row)],
            "extra": extra,
            "settings": asked.settings,
        }
    )


def wishes(batch: Sequence[AnyRow], asked: Asked) -> tuple[list[Wish], list[InvalidRow]]:
    """Return what a batch of the manifest asks for, and which rows of it cannot be done."""
    usable: list[Wish] = []
    faulty: list[InvalidRow] = []
    for row in batch:
        regions = row.regions or asked.regions
        if isinstance(row, ManifestRow):
            invalid = _out_of_reach(row, regions, asked)
            known = [r for r in regions if invalid is None or r not in invalid.regions]
            usable += [(row, region, request_of(row, region, asked)) for region in known]
        else:
            invalid = replace(row, regions=regions)
        if invalid:
            faulty.append(invalid)
    return usable, faulty


def _out_of_reach(row: ManifestRow, regions: Sequence[str], asked: Asked) -> InvalidRow | None:
    """The part of a row that this job cannot do, and why; None if it can do all of it."""
    tier = asked.tier_of(row)
    strange = [
        region for region in regions if region not in asked.packs and region not in asked.refused
    ]
    refused = [region for region in regions if region in asked.refused]
    reasons = [f"{region}: {asked.refused[region]}" for region in refused]
    if strange:
        names, known = ", ".join(strange), ", ".join(asked.packs)
        reasons.append(f"no style pack in this job for {names}; there are: {known}")
    out = tuple(strange + refused)
    if tier not in asked.weights:
        there, out = ", ".join(asked.weights), tuple(regions)
        reasons = [f"there are no weights for tier {tier}; there are: {there}"]
    if not reasons:
        return None
    reason = "; ".join(reasons)
    return InvalidRow(row.manifest_row, row.video_id, row.uri, reason, True, out, row.extra)


def seconds_text(seconds: object | None) -> str | None:
    """Return seconds as a row between stages holds them; None stays None."""
    return None if seconds is None else str(seconds)
