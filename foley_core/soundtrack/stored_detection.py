"""The stored detection of one video: small, whole, and read without any model."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from foley_core.cues.candidates import Candidates, SeenSheet
from foley_core.cues.corrections import with_ids
from foley_core.cues.sheet import CueSheet
from foley_core.errors import StorageError
from foley_core.ids import digest
from foley_core.parsing import parsed_json
from foley_core.storage.store import Storage
from foley_core.types import U8

FEATURES_VERSION = 4
DETECTION_VERSION = 7
"""Grows when the same features are read in another way: sheets are then detected anew."""


@dataclass(frozen=True, slots=True)
class Detection:
    """All that is seen in one video.

    Attributes:
        sheet: the detected cues.
        motion_energy: `(T,)` at 25 per second, 0..255.
        notes: sentences for people about it; they are not stored.
        candidates: by the id of a cue, what else it may be.
        as_seen: the sheet as perception wrote it, before prompts and corrections; None for `sheet`.
    """

    sheet: CueSheet
    motion_energy: U8
    notes: tuple[str, ...] = ()
    candidates: Mapping[str, Candidates] = field(default_factory=dict)
    as_seen: CueSheet | None = None

    @classmethod
    def of_seen(cls, seen: CueSheet | SeenSheet, motion_energy: U8) -> "Detection":
        """Return the detection of a sheet as perception wrote it; its cues get their ids."""
        if isinstance(seen, CueSheet):
            sheet = with_ids(seen)
            return cls(sheet, motion_energy, as_seen=sheet)
        sheet = with_ids(seen.sheet)
        named = zip(sheet.cues, seen.candidates, strict=True)
        candidates = {cue.cue_id: may_be for cue, may_be in named if may_be}
        return cls(sheet, motion_energy, candidates=candidates, as_seen=sheet)

    def to_bytes(self) -> bytes:
        """JSON, schema version 1."""
        return json.dumps(
            {
                "schema_version": 1,
                "sheet": json.loads(self.sheet.to_json()),
                "candidates": dict(self.candidates),
                "motion_energy": b64encode(self.motion_energy.tobytes()).decode(),
            },
            sort_keys=True,
        ).encode()

    @classmethod
    def from_bytes(cls, data: bytes, name: str) -> "Detection":
        """Inverse of `to_bytes`.

        Raises:
            StorageError: the object is not a detection.
        """
        try:
            document = parsed_json(data)
            sheet = with_ids(CueSheet.from_json(json.dumps(document["sheet"]).encode()))
            energy = np.frombuffer(b64decode(document["motion_energy"]), dtype=np.uint8)
            # Detections that were stored before there were candidates have none.
            rows = document.get("candidates", {}).items()
            candidates = {
                cue_id: tuple((str(name), float(sure)) for name, sure in row)
                for cue_id, row in rows
            }
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise StorageError(
                f"{name} is not a detection ({error}); delete it and rerun"
            ) from error
        return cls(sheet, energy, candidates=candidates, as_seen=sheet)


def detection_key(features: Sequence[str], encoder: str, samples: int) -> str:
    """Return the key of the detection that is made from these features."""
    name = digest(
        {
            "version": DETECTION_VERSION,
            "features": list(features),
            "encoder": encoder,
            "samples": samples,
        }
    )
    return f"features/v{FEATURES_VERSION}/{name[:2]}/{name}.json"


def load_detection(store: Storage, key: str) -> Detection:
    """The detection kept under `key`.

    Raises:
        StorageError: it is missing or damaged.
    """
    return Detection.from_bytes(store.read(key), store.uri(key))
