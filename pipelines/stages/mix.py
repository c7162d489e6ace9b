"""Mix, master and deliver one video for one region, and describe it in a metadata row.

The track is durable before its row leaves this stage; the driver commits the row afterwards.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace

from foley_core.cues.sheet import Cue
from foley_core.models.track_maker import TrackMaker
from foley_core.soundtrack.delivery import Delivery
from foley_core.soundtrack.mix_plan import load_plan
from foley_core.soundtrack.span import Footage
from foley_core.storage.store import Storage
from foley_core.timebase import samples_to_seconds
from pipelines.stages.row import Row
from pipelines.stages.stage import Stage


class Mix(Stage):
    """Mix plans in, delivered tracks out; `result` holds what the metadata row says of them."""

    name = "mix"
    store: Storage

    def __init__(
        self,
        run_id: str,
        output: str,
        maker: TrackMaker,
        deliveries: Mapping[str, Delivery],
        schemes: tuple[str, ...],
    ) -> None:
        self.run_id = run_id
        self.store = Storage(output)
        self.maker = maker
        self.deliveries = deliveries
        self.schemes = schemes

    def process(self, row: Row) -> list[Row]:
        # Here, since the driver names this stage and would wait for the signal processing.
        from foley_core.soundtrack.deliver import deliver

        plan, footage = load_plan(self.store, row.plan), Footage(row.video, row.span, self.schemes)
        delivery, model = self.deliveries[row.region], self.maker.label(row.tier)
        track = deliver(self.store, footage, plan, row.region, delivery, model)
        result = {
            "track_uri": self.store.uri(track.key),
            "track_sha256": track.sha256,
            "track_bytes": track.size_bytes,
            "duration_s": samples_to_seconds(footage.span.samples),
            "loudness_lufs": track.loudness_lufs,
            "true_peak_dbtp": track.true_peak_dbtp,
            "loudness_note": track.loudness_note,
            "notes": [*plan.notes, *track.notes],
            "cues": [_listed(cue) for cue in plan.sheet.cues],
        }
        return [replace(row, result=json.dumps(result))]


def _listed(cue: Cue) -> dict[str, object]:
    return {**asdict(cue), "onset_s": cue.onset_s, "offset_s": cue.offset_s}
