"""The metadata: one row for each video and region. THE schema, in one place.

Version 1 is in the schema metadata of every file as `foley.schema_version`. Columns may be added
without a new version; none changes its meaning. The manifest's other columns follow at the end.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

import pyarrow as pa

from foley_core.styles.wishes import WISH_NAMES, SoundWishes, Wishes, plain_type
from pipelines.metadata.other_columns import cast_column

Field: TypeAlias = "pa.Field[Any]"

METADATA_VERSION = "1"
STAGES = ("split", "look", "perceive", "generate", "mix")

CUE = pa.struct(
    [
        ("kind", pa.string()),
        ("sound_class", pa.string()),
        ("material", pa.string()),
        ("onset_s", pa.float64()),
        ("offset_s", pa.float64()),
        ("intensity", pa.float64()),
        ("gain_db", pa.float64()),
        ("confidence", pa.float64()),
        ("source", pa.string()),
        ("cue_id", pa.string()),
    ]
)


MASTER = pa.struct([("gain_db", pa.float64()), ("ceiling_db", pa.float64())])


def arrow_type(wish: str) -> pa.DataType:
    """Return the Arrow type of the column of a wish."""
    kinds = {bool: pa.bool_(), int: pa.int64(), float: pa.float64()}
    return kinds.get(plain_type(Wishes.model_fields[wish]), pa.string())


def _described(wish: str) -> str:
    """Return what the column of a wish holds; a null of a switch or the music is the job's."""
    held = Wishes.model_fields[wish].description
    if wish == "tier":
        return f"{held}, from the manifest or the job"
    if wish in SoundWishes.model_fields:
        return f"{held}, from the manifest or the sidecar; null: as in the job"
    return f"{held}, from the manifest"


_COLUMNS: list[tuple[str, pa.DataType, str]] = [
    ("video_id", pa.string(), "the manifest's id of the video; names the track"),
    ("region", pa.string(), "the region the track is for"),
    ("status", pa.string(), "`ok`: the track is durable; `set_aside`: there is none, see `error`"),
    ("error_class", pa.string(), "class of the error; null if ok"),
    ("error", pa.string(), "what failed and what to do, in words; null if ok"),
    ("track_uri", pa.string(), "where the track is"),
    ("track_sha256", pa.string(), "hex digest of the track file"),
    ("audio_sha256", pa.string(), "hex digest of the sound alone, whatever marks its file holds"),
    ("signed_by", pa.string(), "whom the track's Content Credentials name; null if not signed"),
    ("track_bytes", pa.int64(), "size of the track file"),
    ("duration_s", pa.float64(), "length of track and picture, seconds"),
    ("loudness_lufs", pa.float64(), "integrated loudness (BS.1770-4); null if not measurable"),
    ("true_peak_dbtp", pa.float64(), "true peak; null for silence"),
    ("loudness_note", pa.string(), "why loudness is off target or not measured; null if on target"),
    ("qc", pa.string(), "quality control: `pass`, `warn` or `fail`; null if there is no track"),
    ("qc_reasons", pa.list_(pa.string()), "why it is not `pass`, the worst first"),
    ("qc_retakes", pa.int64(), "sounds generated twice, since the first take was at fault"),
    ("cues", pa.list_(CUE), "what sounds: the directed cue sheet, times in seconds"),
    ("notes", pa.list_(pa.string()), "what a person should know of the result"),
    ("seed", pa.int64(), "seed of the noise"),
    ("model", pa.string(), "generator"),
    ("model_sha256", pa.string(), "hex digest of the weights, of perception and generator"),
    ("model_licence", pa.string(), "licence that the operator accepted; null for our own model"),
    ("model_licence_limits", pa.list_(pa.string()), "what it forbids, in short"),
    ("style_pack", pa.string(), "name and version of the region's style pack"),
    ("style_pack_sha256", pa.string(), "hex digest of the style pack"),
    ("stems_generated", pa.int64(), "stems made for this track"),
    ("stems_reused", pa.int64(), "stems found in the stem store"),
    ("features_computed", pa.int64(), "clips decoded for this video"),
    ("features_reused", pa.int64(), "clips found in the feature store"),
    ("seconds", pa.struct([(s, pa.float64()) for s in STAGES]), "seconds of work, by stage"),
    ("frame_rate", pa.string(), "pictures a second, a fraction, or `variable`; for timecodes"),
    ("timecode", pa.string(), "of the first picture, as its source counts; null where it does not"),
    ("mix_plan", pa.string(), "key of the plan as it was mixed; stems are delivered of it"),
    ("master", MASTER, "gain of the mix before its limiter, and true peak that this keeps"),
    ("time_reference", pa.int64(), "samples from midnight to the first picture, as in the track"),
    ("detection", pa.string(), "key of what was seen; `foley cues show` reads it"),
    ("corrections", pa.int32(), "how many entries of the video's correction log are in the track"),
    ("source_identity", pa.string(), "what the video's content was known by: sha256 or ETag"),
    ("request", pa.string(), "hex digest of all that was asked for; empty for a row without an id"),
    ("run_id", pa.string(), "the run that committed the row; sorts by time"),
    ("manifest_row", pa.int64(), "number of the row in the manifest, from 1"),
    ("uri", pa.string(), "the video, from the manifest"),
    ("start_s", pa.float64(), "from the manifest, seconds"),
    ("end_s", pa.float64(), "from the manifest, seconds"),
    *((name, arrow_type(name), _described(name)) for name in WISH_NAMES if name != "seed"),
    ("sidecar", pa.string(), "URI of the sidecar; null if the video has none"),
    ("asked_by", pa.string(), "`one`: the row is of `foley one`; null: of a job's manifest"),
]

SCHEMA = pa.schema(
    [pa.field(name, kind, metadata={"description": text}) for name, kind, text in _COLUMNS],
    metadata={b"foley.schema_version": METADATA_VERSION.encode()},
)
_FROM_MANIFEST = {"video_id", "uri", "regions", "start_s", "end_s", *WISH_NAMES}
RESERVED = frozenset(SCHEMA.names) - _FROM_MANIFEST


def schema_with(extra: list[Field]) -> pa.Schema:
    """The schema followed by the manifest's other columns."""
    known = set(SCHEMA.names)
    fields = [*SCHEMA, *(field for field in extra if field.name not in known)]
    return pa.schema(fields).with_metadata(SCHEMA.metadata)


def merged_schema(schemas: Iterable[pa.Schema]) -> pa.Schema:
    """One schema for files of several runs, whose other columns may differ."""
    types: dict[str, pa.DataType] = {}
    for field in (field for schema in schemas for field in schema):
        if field.name not in SCHEMA.names:
            types[field.name] = wider(types.get(field.name), field.type)
    return schema_with([pa.field(name, kind) for name, kind in types.items()])


def conformed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """A table with the columns of a merged schema; what it lacks is null."""
    columns = [
        cast_column(table[field.name], field.type)
        if field.name in table.column_names
        else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def wider(kind: pa.DataType | None, other: pa.DataType) -> pa.DataType:
    """A type that holds values of both; text, if nothing else does."""
    if kind is None or kind == other or pa.types.is_null(kind):
        return other
    if pa.types.is_null(other):
        return kind
    return pa.float64() if {kind, other} == {pa.int64(), pa.float64()} else pa.string()
