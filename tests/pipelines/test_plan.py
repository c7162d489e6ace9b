"""A plan holds what is to be done and nothing that is done."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from foley_core.errors import ManifestError
from foley_core.storage.store import Storage
from foley_core.styles.wishes import Wishes
from foley_core.types import Tier
from pipelines import plan as plan_module
from pipelines.asked import Asked
from pipelines.config import Job
from pipelines.manifest.reader import InvalidRow
from pipelines.metadata.commits import CommitLog
from pipelines.plan import Plan, plan_job, read_shard
from pipelines.stages.row import rows_of

WEIGHTS: dict[Tier, str] = {"full": "sha-full", "light": "sha-light"}
PACKS = {"de": "sha-de", "us": "sha-us"}


class Catalogue:
    """A manifest, an output and what its plans gave."""

    def __init__(self, folder: Path) -> None:
        self.manifest = folder / "m.jsonl"
        self.job = Job(manifest=str(self.manifest), output=str(folder / "out"), regions=("de",))
        self.storage = Storage(self.job.output)
        self.invalid: list[InvalidRow] = []
        self.declared: list[Any] = []

    def write(self, *rows: dict[str, Any]) -> "Catalogue":
        self.manifest.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return self

    def plan(
        self,
        run_id: str = "R1",
        packs: dict[str, str] = PACKS,
        settings: str = "s",
        weights: dict[Tier, str] = WEIGHTS,
        tier: Tier = "full",
        store_shards: bool = True,
        **job: Any,
    ) -> Plan:
        self.invalid = []
        return plan_job(
            self.job.model_copy(update=job),
            run_id,
            Asked(job.get("regions", self.job.regions), packs, tier, weights, settings),
            self.invalid.append,
            self.declared.append,
            store_shards,
        )

    def rows(self, plan: Plan) -> list[dict[str, Any]]:
        return list(read_shard(pa.table({"shard": plan.shards}), self.job.output).to_pylist())

    def commit(self, plan: Plan, status: str = "ok") -> None:
        log = CommitLog(self.storage, "R1")
        for row in self.rows(plan):
            for region, request in zip(row["regions"], row["requests"], strict=True):
                log.add(
                    {
                        "video_id": row["video_id"],
                        "region": region,
                        "request": request,
                        "status": status,
                    }
                )
        log.flush()


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue(tmp_path).write(video("a"), video("b"))


def video(video_id: str, **more: Any) -> dict[str, Any]:
    return {"video_id": video_id, "uri": f"/{video_id}.mp4", **more}


def counts(plan: Plan) -> tuple[int, int, int, int]:
    return plan.videos, plan.jobs, plan.done, plan.invalid


def test_all_is_to_be_done_at_first(catalogue: Catalogue) -> None:
    plan = catalogue.plan(regions=("de", "us"))
    assert counts(plan) == (2, 4, 0, 0)
    assert [row["regions"] for row in catalogue.rows(plan)] == [["de", "us"]] * 2


def test_what_is_committed_is_not_planned_again(catalogue: Catalogue) -> None:
    catalogue.commit(catalogue.plan())
    plan = catalogue.plan()
    assert counts(plan) == (2, 0, 2, 0)
    assert plan.shards == []


def test_a_new_region_is_all_that_is_to_be_done(catalogue: Catalogue) -> None:
    catalogue.commit(catalogue.plan())
    plan = catalogue.plan(regions=("de", "us"))
    assert counts(plan) == (2, 2, 2, 0)
    assert [row["regions"] for row in catalogue.rows(plan)] == [["us"], ["us"]]


def test_what_was_set_aside_is_tried_again(catalogue: Catalogue) -> None:
    catalogue.commit(catalogue.plan(), status="set_aside")
    assert catalogue.plan().jobs == 2


@pytest.mark.parametrize(
    "change",
    [
        {"uri": "/other.mp4"},
        {"prompt": "rain"},
        {"negative_prompt": "rain"},
        {"scene": "forest"},
        {"seed": 0},
        {"start_s": "0.5"},
        {"end_s": 9},
        {"sound_filters": "rain: off"},
        {"environment": False},
        {"action": "off"},
        {"music": True},
        {"diegetic_music": False},
        {"mood": "epic"},
        {"tempo_bpm": 90},
        {"tier": "light"},
    ],
)
def test_a_row_that_asks_for_something_else_is_done_again(
    catalogue: Catalogue, change: dict[str, Any]
) -> None:
    catalogue.commit(catalogue.plan())
    plan = catalogue.write(video("a", **change), video("b")).plan()
    assert [row["video_id"] for row in catalogue.rows(plan)] == ["a"]


def test_other_settings_or_another_pack_are_done_again(catalogue: Catalogue) -> None:
    catalogue.commit(catalogue.plan())
    assert catalogue.plan(settings="t").jobs == 2
    assert catalogue.plan(packs={**PACKS, "de": "sha-new"}).jobs == 2
    assert catalogue.plan(packs={**PACKS, "us": "sha-new"}).jobs == 0


def test_other_weights_concern_only_the_rows_of_their_tier(catalogue: Catalogue) -> None:
    catalogue.write(video("a", tier="light"), video("b", tier="full"), video("c"))
    first = catalogue.plan()
    assert first.tiers == {"full", "light"}
    assert [row["tier"] for row in catalogue.rows(first)] == ["light", "full", "full"]
    catalogue.commit(first)
    assert counts(catalogue.plan()) == (3, 0, 3, 0)
    again = catalogue.plan(weights={**WEIGHTS, "light": "sha-new"})
    assert (again.jobs, again.tiers) == (1, {"light"})
    assert [row["video_id"] for row in catalogue.rows(again)] == ["a"]


def test_the_tier_of_the_job_is_that_of_rows_without_one(catalogue: Catalogue) -> None:
    catalogue.commit(catalogue.write(video("a", tier="full"), video("b")).plan())
    again = catalogue.plan(tier="light")
    assert [row["video_id"] for row in catalogue.rows(again)] == ["b"]
    assert again.tiers == {"light"}


def test_a_tier_without_weights_is_set_aside_by_itself(catalogue: Catalogue) -> None:
    catalogue.write(video("a", tier="light", regions=["de", "us"]), video("b"))
    plan = catalogue.plan(weights={"full": "sha-full"})
    assert counts(plan) == (2, 1, 0, 2)
    (invalid,) = catalogue.invalid
    assert invalid.regions == ("de", "us")
    assert invalid.reason == "there are no weights for tier light; there are: full"


def test_order_and_the_type_of_other_columns_do_not_matter(catalogue: Catalogue) -> None:
    catalogue.commit(catalogue.write(video("a", year=1968), video("b")).plan())
    again = catalogue.write(video("b", note=None, year=""), video("a", year="1968")).plan()
    assert again.jobs == 0


def test_another_value_of_another_column_reaches_the_metadata(catalogue: Catalogue) -> None:
    catalogue.commit(catalogue.write(video("a", title="Walk"), video("b")).plan())
    plan = catalogue.write(video("a", title="Run"), video("b")).plan()
    assert [row["video_id"] for row in catalogue.rows(plan)] == ["a"]


def test_a_row_may_name_its_regions(catalogue: Catalogue) -> None:
    plan = catalogue.write(video("a", regions="us, de"), video("b")).plan()
    assert [row["regions"] for row in catalogue.rows(plan)] == [["us", "de"], ["de"]]


def test_a_region_without_a_pack_is_set_aside_by_itself(catalogue: Catalogue) -> None:
    plan = catalogue.write(video("a", regions=["de", "jp"])).plan()
    assert counts(plan) == (1, 1, 0, 1)
    (invalid,) = catalogue.invalid
    assert invalid.regions == ("jp",)
    assert "no style pack in this job for jp" in invalid.reason


def test_invalid_rows_come_with_the_regions_they_were_meant_for(catalogue: Catalogue) -> None:
    rows = [video("a", seed="x"), video("b", seed="x", regions="us"), video("a")]
    plan = catalogue.write(*rows).plan(regions=("de", "us"))
    assert counts(plan) == (3, 0, 0, 5)
    assert [row.regions for row in catalogue.invalid] == [("de", "us"), ("us",), ("de", "us")]
    assert [row.manifest_row for row in catalogue.invalid] == [1, 2, 3]


def test_a_broken_manifest_sets_nothing_aside(catalogue: Catalogue) -> None:
    catalogue.write(video("a", seed="x"))
    with catalogue.manifest.open("a") as file:
        file.write("{")
    with pytest.raises(ManifestError, match="row 2: not JSON"):
        catalogue.plan()
    assert catalogue.invalid == []
    assert catalogue.declared == []


def test_shards_hold_rows_as_the_stages_read_them(catalogue: Catalogue) -> None:
    given = video("a", prompt="p", seed=3, start_s="0.10", end_s=2, title="T", year=1999)
    plan = catalogue.write(given).plan()
    (row,) = rows_of(read_shard(pa.table({"shard": plan.shards}), catalogue.job.output))
    assert (row.manifest_row, row.video_id, row.uri) == (1, "a", "/a.mp4")
    assert row.wishes == Wishes(prompt="p", seed=3, tier="full")
    assert (row.row_start_s, row.row_end_s) == ("1/10", "2")
    assert json.loads(row.extra) == {"title": "T", "year": 1999}
    assert row.regions == ("de",)
    assert len(row.requests[0]) == 64
    assert {field.name for field in catalogue.declared[-1]} == {"title", "year"}


def test_many_rows_make_several_shards(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_module, "ROWS_PER_SHARD", 4)
    plan = catalogue.write(*(video(f"v{number}") for number in range(10))).plan()
    assert [key.rpartition("/")[2] for key in plan.shards] == [
        f"shard-{number:06}.parquet" for number in range(3)
    ]
    assert [row["video_id"] for row in catalogue.rows(plan)] == [f"v{n}" for n in range(10)]


def test_a_rehearsal_stores_nothing(catalogue: Catalogue) -> None:
    plan = catalogue.plan(store_shards=False)
    assert counts(plan) == (2, 2, 0, 0)
    assert list(catalogue.storage.list()) == []


def test_a_limit_plans_the_first_rows(catalogue: Catalogue) -> None:
    assert counts(catalogue.plan(limit=1)) == (1, 1, 0, 0)


def test_requests_are_called_what_they_always_were(catalogue: Catalogue) -> None:
    """A new name would make every track of every catalogue again."""
    whole = {
        "prompt": "rain",
        "negative_prompt": "birds",
        "scene": "forest",
        "time_of_day": "night",
        "seed": 3,
        "start_s": "0.5",
        "end_s": 9,
        "sound_filters": "rain: off",
        "environment": False,
        "action": True,
        "music": True,
        "mood": "epic",
        "tempo_bpm": 90,
        "tier": "light",
        "title": "Walk",
        "year": 1968,
    }
    plan = catalogue.write(video("a"), video("b", **whole)).plan()
    plain, asked = catalogue.rows(plan)
    assert plain["requests"] == ["6d3a6470d10a14c0c6d3c54989e3b2f7afe6aa58450feb6d26e80b40de2fddcd"]
    assert asked["requests"] == ["64900c8fe82d39a289984334886dd69d8e6f5681d6236032b82aa987a960dbd6"]
