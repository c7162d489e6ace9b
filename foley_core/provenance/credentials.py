"""Content Credentials (C2PA): a signed statement in a file, of what made it and that it is whole.

The statement stands in the file: WAV, FLAC, mp4, mov. Large WAV and FLAC files, which C2PA's
library would hold in memory twice, and containers that it does not know have it beside them, in a
file that ends in `.c2pa`. Its bytes are new each time (ids, the signature itself), so a file is
signed after everything else, and what must be the same for the same request is the digest of its
sound.

No address is asked when credentials are read: a file of any origin may name one.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from foley_core import __version__
from foley_core.errors import ConfigError, EncodeError
from foley_core.parsing import parsed_json
from foley_core.provenance.marking import SIDECAR_ENDING
from foley_core.provenance.origin import Origin, SourceType, source_type_uri
from foley_core.provenance.signing import TEST_NAME, SigningKey, require_extra

FACTS_LABEL = "foley.soundtrack"

_TYPES = {".wav": "audio/wav", ".flac": "audio/flac", ".mp4": "video/mp4",
          ".mov": "video/quicktime", ".m4a": "audio/mp4"}  # fmt: skip
_ANY_TYPE = "application/octet-stream"
_ACTIONS = "c2pa.actions"
# Of what a manifest says, no more than this is kept.
_LONGEST_TEXT = 200
# Embedding into these takes twice the size of the file as memory; all else 0.6 GB at most.
_HELD_IN_MEMORY = (".wav", ".flac")
_LARGEST_EMBEDDED_BYTES = 256 << 20
_SIGNING = {"core": {"backing_store_memory_threshold_in_mb": 16}}
_SETTINGS = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Content Credentials that were read from a file, and the faults that were found in them.

    Attributes:
        faults: why not: codes of C2PA with an explanation; empty if the file is whole and the
            signature is good.
        trusted: the signer's authority is one of those that were given as trusted.
        signed_by: whom the certificate names; empty where the file cannot be looked through, so
            that nobody can tell whether it has any.
        title: name under which the file was signed.
        facts: see `Origin.facts`; empty in credentials of other programs.
    """

    faults: tuple[str, ...] = ()
    trusted: bool = False
    signed_by: str = ""
    source_type: str = ""
    title: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_test(self) -> bool:
        """True where the key was made by this program itself."""
        return self.signed_by == TEST_NAME


def sign_file(
    path: Path,
    source_type: SourceType,
    origin: Origin,
    audio_sha256: str,
    key: SigningKey,
    title: str,
) -> Path | None:
    """Sign a finished file, which programs that read its credentials show under a title.

    Returns:
        The path of a file of credentials beside it; None where they are in the file itself.

    Raises:
        ConfigError: C2PA does not take the certificate, or the extra is missing.
        EncodeError: the file cannot be read or written.
    """
    require_extra()
    import c2pa

    beside = path.suffix not in _TYPES or not _fits(path)
    kind = _ANY_TYPE if beside else _TYPES[path.suffix]
    said = _statement(title, kind, source_type, origin, audio_sha256)
    with TemporaryDirectory(dir=path.parent, prefix=".foley-") as folder:
        signed = Path(folder) / path.name
        try:
            info = c2pa.C2paSignerInfo(
                c2pa.C2paSigningAlg[key.algorithm], key.certificates, key.key, None
            )
            with (
                c2pa.Context.from_dict(_SIGNING) as context,
                c2pa.Signer.from_info(info) as signer,
                c2pa.Builder(json.dumps(said), context) as builder,
            ):
                if beside:
                    builder.set_no_embed()
                with path.open("rb") as source, signed.open("w+b") as target:
                    store = builder.sign(signer, kind, source, target)
        except c2pa.C2paError as error:
            raise _translated(error, path.name) from error
        except OSError as error:
            raise EncodeError(f"{path}: cannot be signed ({error}); is there space?") from error
        if not beside:
            signed.replace(path)
            return None
        sidecar = path.with_suffix(SIDECAR_ENDING)
        sidecar.write_bytes(store)
        return sidecar


def read_credentials(
    file: BinaryIO, suffix: str, sidecar: bytes | None = None, trusted: str | None = None
) -> Credentials | None:
    """Return the Content Credentials of a file; None where it has none.

    Args:
        suffix: of the file's name, with its point.
        sidecar: content of the file of credentials beside it, if there is one; it may be that of a
            file which is called alike, so what a film holds itself comes first.
        trusted: certificates of trusted authorities, as PEM.

    Raises:
        ConfigError: the extra `provenance` is missing.
    """
    require_extra()
    import c2pa

    settings: dict[str, Any] = dict(_SETTINGS)
    if trusted:
        settings["trust"] = {"user_anchors": trusted}
    for kind, store in _places(suffix, sidecar):
        file.seek(0)
        try:
            with (
                c2pa.Context.from_dict(settings) as context,
                c2pa.Reader(kind, file, store, context) as reader,
            ):
                return _read(parsed_json(reader.json()))
        except c2pa.C2paError as error:
            if not type(error).__name__.endswith("ManifestNotFound"):
                return Credentials(faults=(_cut(error),))
    return None


def _places(suffix: str, sidecar: bytes | None) -> Iterator[tuple[str, bytes | None]]:
    """Yield how C2PA is to look for credentials: as what kind of file, with which ones beside it.

    A WAV or FLAC file with some beside it may be too large to be looked into.
    """
    if suffix in _TYPES and (sidecar is None or suffix not in _HELD_IN_MEMORY):
        yield _TYPES[suffix], None
    if sidecar is not None:
        yield _ANY_TYPE, sidecar


def _statement(
    title: str, kind: str, source_type: SourceType, origin: Origin, audio_sha256: str
) -> dict[str, Any]:
    """Return what is signed, as C2PA's builder takes it."""
    program = {"name": "foley", "version": __version__}
    action = {
        "action": "c2pa.created",
        "digitalSourceType": source_type_uri(source_type),
        "softwareAgent": program,
        "description": f"soundtrack generated by {origin.model or 'foley'}",
    }
    assertions: list[dict[str, Any]] = [
        {"label": f"{_ACTIONS}.v2", "data": {"actions": [action]}},
        {"label": FACTS_LABEL, "kind": "Json", "data": origin.facts(audio_sha256)},
    ]
    if origin.licence:
        uses = ("cawg.ai_generative_training", "cawg.ai_training", "cawg.data_mining")
        entries = {use: {"use": "notAllowed"} for use in uses}
        assertions.append({"label": "cawg.training-mining", "data": {"entries": entries}})
    return {
        "claim_generator_info": [program],
        "format": kind,
        "title": title,
        "assertions": assertions,
    }


def _fits(path: Path) -> bool:
    """Return True for a file that can hold its credentials itself."""
    if path.suffix not in _HELD_IN_MEMORY:
        return True
    with path.open("rb") as file:
        return file.read(4) != b"RF64" and path.stat().st_size <= _LARGEST_EMBEDDED_BYTES


def _translated(error: Exception, name: str) -> ConfigError | EncodeError:
    """Return our error for one of C2PA's: of the certificate, or else of the file."""
    said = _cut(error)
    if "certificate" in said.lower() or type(error).__name__.endswith("Signature"):
        return ConfigError(
            f"signing_certificate: C2PA does not take it ({said}); it must be for signing "
            "documents or e-mail, and its chain without the root's key be whole"
        )
    return EncodeError(f"{name}: cannot be signed ({said})")


def _read(store: Any) -> Credentials:
    """Return what C2PA's report of a file says. Its form is C2PA's, its content anybody's."""
    manifest = store["manifests"][store["active_manifest"]]
    assertions = {
        str(one["label"]): one["data"]
        for one in manifest.get("assertions", ())
        if isinstance(one.get("data"), dict)
    }
    actions: dict[str, Any] = next(
        (d for label, d in assertions.items() if label.startswith(_ACTIONS)), {}
    )
    types = [a.get("digitalSourceType") for a in actions.get("actions", ()) if isinstance(a, dict)]
    faults = [
        f"{one['code']}: {one.get('explanation', '')}"[:_LONGEST_TEXT]
        for one in store.get("validation_status", ())
        if one["code"] != "signingCredential.untrusted"
    ]
    signature = manifest.get("signature_info", {})
    facts = assertions.get(FACTS_LABEL, {})
    return Credentials(
        faults=tuple(faults),
        trusted=store.get("validation_state") == "Trusted",
        signed_by=str(signature.get("common_name") or signature.get("issuer") or "")[
            :_LONGEST_TEXT
        ],
        source_type=str(next(filter(None, types), ""))[:_LONGEST_TEXT],
        title=str(manifest.get("title") or "")[:_LONGEST_TEXT],
        facts={str(k): str(v)[:_LONGEST_TEXT] for k, v in facts.items() if isinstance(v, str)},
    )


def _cut(error: Exception) -> str:
    return " ".join(str(error).split())[:_LONGEST_TEXT]
