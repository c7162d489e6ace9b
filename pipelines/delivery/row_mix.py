"""The mix that a metadata row's track was mastered from, for deliveries of its parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from foley_core.errors import ConfigError
from foley_core.media.marks import maker_in
from foley_core.soundtrack.delivery import key_of_track
from foley_core.soundtrack.mix_plan import MixPlan, load_plan
from foley_core.storage.store import Storage


@dataclass(frozen=True, slots=True)
class RowMix:
    """The plan of a track as it was mixed, gain and ceiling of its master, and who made it."""

    plan: MixPlan
    gain_db: float
    ceiling_db: float
    made_by: str


def mix_of_row(store: Storage, row: Mapping[str, Any]) -> RowMix:
    """Return the mix of a row's track.

    Raises:
        ConfigError: the track is of an earlier version, which kept no plan of its mix.
        StorageError: the plan or the track is missing.
    """
    master = row.get("master")
    if not row.get("mix_plan") or not master:
        raise ConfigError(
            "its stems cannot be taken apart, since it is of an earlier version; run the job again"
        )
    plan = load_plan(store, row["mix_plan"])
    with store.open(key_of_track(row["track_uri"])) as file:
        return RowMix(plan, master["gain_db"], master["ceiling_db"], maker_in(file))
