"""Words for what a file claims, for `foley verify`."""

from collections.abc import Iterator

from foley_core.provenance.claims import Claims
from foley_core.provenance.credentials import Credentials
from pipelines.provenance.verify import Verified


def in_full(one: Verified) -> Iterator[str]:
    """Yield lines with all that one file claims, and what does not agree."""
    yield one.place
    if one.claims:
        for name, text in _statements(one.claims):
            yield f"  {name:<12} {text}"
        yield f"  {'row':<12} {_row(one)}"
    yield from _faults(one)


def in_short(one: Verified) -> Iterator[str]:
    """Yield one line of a file of an output, and one for each fault."""
    signed = one.claims.credentials if one.claims else None
    said = ["not signed"]
    if signed:
        said = [f"signed by {signed.signed_by}" if signed.signed_by else "signature unreadable"]
    if one.claims and one.claims.label:
        said.append(f"AIGC label of {one.claims.label.producer}")
    if one.row:
        said.append(f"{one.row['model']} for {one.row['region']}")
    yield f"{'FAULTY' if one.faults else 'ok':<6} {one.place}: {', '.join(said)}"
    yield from _faults(one)


def _faults(one: Verified) -> Iterator[str]:
    for fault in one.faults:
        yield f"  fault: {fault}"


def _statements(claims: Claims) -> Iterator[tuple[str, str]]:
    yield "file", f"sha256 {claims.sha256}, {claims.size_bytes} bytes"
    if claims.audio_sha256:
        yield "sound", f"sha256 {claims.audio_sha256}"
    yield "source type", claims.source_type.rpartition("/")[2] or "none stated"
    yield "made by", claims.made_by or "not stated"
    label = claims.label
    yield "AIGC label", f"{label.label}, {label.producer}, {label.produce_id}" if label else "none"
    signed = claims.credentials
    yield "credentials", _signed(signed) if signed else "none"
    for name, value in (signed.facts if signed else {}).items():
        if value:
            yield "", f"{name} {value}"


def _signed(signed: Credentials) -> str:
    if not signed.signed_by:
        return "cannot be read, if it has any"
    if signed.faults:
        return f"do not hold, signed by {signed.signed_by}"
    if signed.is_test:
        return f"hold, signed by a {signed.signed_by}: whole, but of no known maker"
    trust = "trusted" if signed.trusted else "not on a list of trusted authorities here"
    return f"hold, signed by {signed.signed_by} ({trust})"


def _row(one: Verified) -> str:
    if one.row is None:
        return "none known"
    licence = one.row["model_licence"] or "our own"
    return f"{one.row['video_id']}, {one.row['region']}, {one.row['model']}, licence: {licence}"
