"""Marks of delivered files: signature and label, beside that they are generated. Data only."""

from dataclasses import dataclass, field

from foley_core.provenance.origin import Origin

SIDECAR_ENDING = ".c2pa"
"""Ending of credentials beside a file that cannot hold them."""


@dataclass(frozen=True, slots=True)
class Marking:
    """Settings of marks. Every file says that it is generated (IPTC's source type).

    Attributes:
        aigc_producer: name or code of the provider for China's label (GB 45438); None: no label.
        sign: add Content Credentials (C2PA).
        signing_certificate, signing_key: paths of PEM files, on every machine that writes tracks;
            None: see `signing.find_signing_key`.
        signer: whom the certificate names, once it was looked up where a job begins; a machine
            that finds another one signs nothing.
    """

    aigc_producer: str | None = None
    sign: bool = False
    signing_certificate: str | None = None
    signing_key: str | None = None
    signer: str | None = None


@dataclass(frozen=True, slots=True)
class Marker:
    """The marks of the files of one delivery: the settings, and the origin of the sound."""

    marking: Marking = field(default_factory=Marking)
    origin: Origin = field(default_factory=Origin)
