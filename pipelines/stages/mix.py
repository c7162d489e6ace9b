"""Mix, master and deliver one video for one region, and describe it in a metadata row.

The track is durable before its row leaves this stage; the driver commits the row afterwards.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from foley_core.cues.sheet import Cue
from foley_core.models.track_maker import TrackMaker
from foley_core.provenance.marking import Marker
from foley_core.provenance.origin import Origin
from foley_core.soundtrack.delivery import Delivery
from foley_core.soundtrack.mix_plan import MixPlan, keep_plan, load_plan, plan_key
from foley_core.soundtrack.span import Footage
from foley_core.soundtrack.video_store import VideoStore
from foley_core.storage.store import Storage
from foley_core.timebase import samples_to_seconds
from pipelines.delivery.format_names import checked_formats
from pipelines.lease import still_held
from pipelines.stages.row import Row
from pipelines.stages.stage import Stage

if TYPE_CHECKING:  # it would load signal processing into the driver
    from pipelines.delivery.track_formats import Written


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
        lease: int,
    ) -> None:
        self.run_id = run_id
        self.store = Storage(output)
        self.maker = maker
        self.deliveries = deliveries
        self.schemes = schemes
        self.may_write = partial(still_held, self.store, lease)

    def process(self, row: Row) -> list[Row]:
        # Here, since the driver names this stage and would wait for the signal processing.
        from foley_core.soundtrack.deliver import deliver

        plan, footage = load_plan(self.store, row.plan), Footage(row.video, row.span, self.schemes)
        delivery, model = self.deliveries[row.region], self.maker.label(row.tier)
        origin = Origin(
            row.region,
            self.maker.name(row.tier),
            self.maker.digest(row.tier),
            self.maker.licence,
            row.request,
        )
        track = deliver(
            self.store, footage, plan, row.region, delivery, model, self.may_write, origin
        )
        master = {"gain_db": track.gain_db, "ceiling_db": track.ceiling_db}
        result: dict[str, Any] = {
            "track_uri": self.store.uri(track.key),
            "track_sha256": track.sha256,
            "audio_sha256": track.audio_sha256,
            "signed_by": track.signed_by,
            "track_bytes": track.size_bytes,
            "duration_s": samples_to_seconds(footage.span.samples),
            "loudness_lufs": track.loudness_lufs,
            "true_peak_dbtp": track.true_peak_dbtp,
            "loudness_note": track.loudness_note,
            "notes": [*row.notes, *plan.notes, *track.notes],
            "qc": track.quality.verdict,
            "qc_reasons": track.quality.reasons,
            "qc_retakes": track.quality.retakes,
            "mix_plan": self._kept(row.video_id, track.plan),
            "master": master,
            "cues": [_listed(cue) for cue in plan.sheet.cues],
        }
        removed = set(track.formats_removed)
        if delivery.formats:
            written = self._in_formats(row, result, delivery, Marker(delivery.marking, origin))
            notes = [*written.notes, *(f"not written as {one}" for one in written.problems)]
            result["notes"] += notes
            removed -= set(written.keys)
        made = replace(row, result=json.dumps(result))
        return [made.counted(formats_removed=len(removed)) if removed else made]

    def _in_formats(
        self, row: Row, result: Mapping[str, Any], delivery: Delivery, marker: Marker
    ) -> "Written":
        """Write a track in the formats of other programs."""
        from pipelines.delivery.track_formats import write_formats

        facts = {
            "video_id": row.video_id,
            "region": row.region,
            "uri": row.uri,
            "start_s": row.row_start_s,
            "end_s": row.row_end_s,
            "source_identity": row.identity,
            "frame_rate": row.frame_rate,
            "timecode": row.timecode,
            "time_reference": row.time_reference,
            **result,
        }
        self.may_write()
        formats = checked_formats(delivery.formats)
        return write_formats(
            self.store, facts, formats, delivery.languages, marker, delivery.other_tracks
        )

    def _kept(self, video_id: str, plan: MixPlan) -> str:
        """Store a plan as it was mixed, for deliveries of its stems; its key."""
        store = VideoStore(self.store, video_id)
        store.trace([plan_key(plan)])
        return keep_plan(store, plan)


def _listed(cue: Cue) -> dict[str, object]:
    return {**asdict(cue), "onset_s": cue.onset_s, "offset_s": cue.offset_s}
