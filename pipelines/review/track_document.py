"""The data of one track for the page: cues, notes, addresses of its sound and picture.

Addresses are relative to the page, which lies in the output: so it plays from a disk, from a bucket
and through the service alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Any, cast
from urllib.parse import quote

from foley_core.cues.sheet import Cue
from foley_core.cues.taxonomy import taxonomy
from foley_core.errors import FoleyError
from foley_core.parsing import parsed_json
from foley_core.soundtrack.delivery import key_of_track, stems_folder
from foley_core.storage.store import Storage
from foley_core.styles.wishes import WISH_NAMES
from foley_core.timebase import SAMPLE_RATE
from foley_core.types import Json
from pipelines.metadata.delivered import clock_of, seen_in
from pipelines.review.data_script import data_script
from pipelines.review.list_pages import REVIEW_FOLDER
from pipelines.review.pictures_shown import PicturesShown
from pipelines.review.sound_drawing import drawn
from pipelines.review.track_rows import (
    LIST_COLUMNS,
    document_of,
    folder_of,
    is_absurd,
    is_unsure,
    list_row,
    told,
)

DOCUMENT_COLUMNS = (
    *LIST_COLUMNS, "qc_reasons", "uri", "start_s", "end_s", "source_identity", "frame_rate",
    "timecode", "time_reference", "asked_by", "seed", "track_uri", "track_sha256",
    "true_peak_dbtp", "model", "style_pack", "run_id", "detection",
    *(name for name in WISH_NAMES if name != "seed"),
)  # fmt: skip


class TrackDocuments:
    """Writes the data of tracks below the page's folder in an output."""

    def __init__(self, store: Storage, pictures: PicturesShown) -> None:
        """Take an output."""
        self._store = store
        self._pictures = pictures
        self._has_stems = any(True for _ in store.list("stems/"))
        self._has_versions = any(True for _ in store.list("versions/"))
        self._has_takes = any(True for _ in store.list("takes/"))

    def write(self, row: Mapping[str, Any], regions: Sequence[str]) -> str:
        """Write the data of a metadata row that has an id; the name of its document.

        Args:
            regions: those that the video has rows for.

        Raises:
            StorageError: the store failed.
        """
        name = document_of(row["video_id"], row["region"])
        document = self._facts(told(row, self._store.root)) | {
            "regions": [
                {"region": region, "document": document_of(row["video_id"], region)}
                for region in regions
            ],
        }
        if row["status"] == "ok":
            document |= self._heard(row)
        self._store.put(f"{REVIEW_FOLDER}{name}.js", data_script(name, document))
        return name

    def _facts(self, row: Mapping[str, Any]) -> dict[str, Json]:
        clock = clock_of(row)
        rate = clock.frame_rate
        return {
            "row": list_row(row),
            "video_id": row["video_id"],
            "region": row["region"],
            "error_class": row["error_class"],
            "error": row["error"],
            "duration_s": row["duration_s"],
            "frame_rate": [rate.numerator, rate.denominator] if rate else None,
            "first_frame": clock.first,
            "drops_labels": clock.drops,
            "loudness_note": row["loudness_note"],
            "true_peak_dbtp": row["true_peak_dbtp"],
            "notes": list(row["notes"] or []),
            "qc": row["qc"],
            "qc_reasons": list(row["qc_reasons"] or []),
            "model": row["model"],
            "style_pack": row["style_pack"],
            "corrections": row["corrections"],
        }

    def _heard(self, row: Mapping[str, Any]) -> dict[str, Json]:
        track = key_of_track(row["track_uri"])
        waveform, spectrogram = self._drawn(row, track)
        return {
            "track": f"../{quote(track)}",
            "sha256": row["track_sha256"],
            "stems": self._stems(row),
            "versions": self._versions(row),
            "takes": self._takes(row),
            "picture": self._pictures.shown(row),
            "waveform": waveform,
            "spectrogram": spectrogram,
            "cues": self._cues(row),
        }

    def _drawn(self, row: Mapping[str, Any], track: str) -> tuple[str | None, str | None]:
        """Return names of waveform and spectrogram, drawn now where this track has none yet."""
        name = f"{folder_of(row['video_id'])}/{row['track_sha256'][:16]}"
        if not self._store.exists(f"{REVIEW_FOLDER}{name}.png"):
            try:
                with self._store.open(track) as file:
                    made = drawn(file, track)
            except FoleyError:
                # A track that is being replaced: the next call draws it.
                return None, None
            self._store.put(f"{REVIEW_FOLDER}{name}.js", data_script(name, made.waveform()))
            self._store.put(f"{REVIEW_FOLDER}{name}.png", made.spectrogram_png)
        return name, f"{name}.png"

    def _stems(self, row: Mapping[str, Any]) -> list[Json]:
        if not self._has_stems:
            return []
        keys = [item.key for item in self._store.list(stems_folder(row["video_id"], row["region"]))]
        return [
            {"group": name, "address": f"../{quote(key)}"}
            for key in keys
            if (name := PurePosixPath(key).stem) != "mix"
        ]

    def _versions(self, row: Mapping[str, Any]) -> list[Json]:
        """Return the former tracks, as kept before corrections; the latest of them last."""
        if not self._has_versions:
            return []
        place = f"versions/region={row['region']}/{row['video_id']}/"
        kept = [item for item in self._store.list(place) if not item.key.endswith(".json")]
        kept.sort(key=lambda item: item.modified_s)
        return [
            {"sha256": PurePosixPath(item.key).stem, "address": f"../{quote(item.key)}"}
            for item in kept
            if not row["track_sha256"].startswith(PurePosixPath(item.key).stem)
        ]

    def _takes(self, row: Mapping[str, Any]) -> list[Json]:
        """Return the alternatives of single cues that were performed for this region."""
        if not self._has_takes:
            return []
        place = f"takes/region={row['region']}/{row['video_id']}/"
        found: list[Json] = []
        for item in self._store.list(place):
            cue, _, number = PurePosixPath(item.key).stem.rpartition("-")
            if cue and number.isdigit():
                found.append({"cue": cue, "take": int(number), "address": f"../{quote(item.key)}"})
        return sorted(found, key=lambda take: cast(dict[str, int], take)["take"])

    def _cues(self, row: Mapping[str, Any]) -> list[Json]:
        """Return the cues that sound, and those that were seen and are silent in this region."""
        try:
            key = f"cues/region={row['region']}/{row['video_id']}.json"
            written = parsed_json(self._store.read(key))["cues"]
        except (FoleyError, ValueError, KeyError, TypeError):
            written = [_in_samples(cue) for cue in row["cues"] or []]
        return page_cues(written, self._seen(row))

    def _seen(self, row: Mapping[str, Any]) -> Mapping[str, Cue]:
        """Return what was seen, as corrected, by the ids that corrections name."""
        try:
            video = seen_in(self._store, row["video_id"], {row["region"]: dict(row)})
            return {cue.cue_id: cue for cue in video.sheet_after(self._store).cues if cue.cue_id}
        except FoleyError:
            return {}


def page_cues(sounding: Sequence[Mapping[str, Any]], seen: Mapping[str, Cue]) -> list[Json]:
    """Return cues as the page shows them.

    A style pack may make several sounds of a scene that was seen; all have its id. Only the one
    that is as it was seen keeps it here, since a correction of that id is about what was seen.

    Args:
        sounding: cues of a directed sheet, as its JSON has them.
        seen: cues that corrections can name, by their ids.
    """
    found, kept = [], set()
    for cue in sounding:
        name, about = cue.get("cue_id") or "", seen.get(cue.get("cue_id") or "")
        same = about is not None and about.sound_class == cue["sound_class"] and name not in kept
        if same:
            kept.add(name)
        own = {"gain_by": about.filter_db} if same and about else {}
        found.append(
            _cue(cue) | {"cue_id": name if same else "", "of": "" if same else name, **own}
        )
    silent = [cue for name, cue in seen.items() if name not in kept]
    return cast(
        list[Json],
        [*found, *({**_cue(asdict(c)), "silent": True, "gain_by": c.filter_db} for c in silent)],
    )


def _in_samples(cue: Mapping[str, Any]) -> dict[str, Any]:
    onset, offset = (round(cue[name] * SAMPLE_RATE) for name in ("onset_s", "offset_s"))
    return {**cue, "onset": onset, "offset": offset}


def _cue(cue: Mapping[str, Any]) -> dict[str, Json]:
    known = taxonomy().all_classes.get(cue["sound_class"])
    kept = {name: cast(Json, value) for name, value in cue.items() if name != "style"}
    return {
        **kept,
        "group": known.group if known else "music",
        "unsure": is_unsure(cue),
        "absurd": is_absurd(cue),
    }
