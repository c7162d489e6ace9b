"""The section `[provenance]` of a job file: signatures and labels of delivered files."""

from typing import Any, TypeGuard

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from foley_core.provenance.marking import Marking
from foley_core.provenance.signing import CERTIFICATE_VARIABLE, KEY_VARIABLE
from foley_core.storage.addresses import absolute_address


class Provenance(BaseModel):
    """Settings of marks in files. Every file says that it is generated, whatever stands here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sign: bool = Field(False, description="sign files: Content Credentials (C2PA)")
    signing_certificate: str | None = Field(
        None, description="PEM file of the signer's certificates"
    )
    signing_key: str | None = Field(None, description="PEM file of the signer's private key")
    aigc_producer: str | None = Field(
        None, min_length=1, max_length=200,
        description="name or code of the provider, for China's label of generated content",
    )  # fmt: skip

    @field_validator("signing_certificate", "signing_key")
    @classmethod
    def _is_a_place(cls, place: str | None) -> str | None:
        if place is not None and not is_path(place):
            raise ValueError(
                f"a path is wanted, not the key itself: name a file, or set {KEY_VARIABLE} and "
                f"{CERTIFICATE_VARIABLE} in the environment"
            )
        return place

    @model_validator(mode="after")
    def _keys_are_for_signing(self) -> "Provenance":
        if not self.sign and (self.signing_certificate or self.signing_key):
            raise ValueError("a key or certificate is given, but `sign` is off; turn it on")
        return self

    def absolute(self) -> "Provenance":
        """Return the section with paths that mean the same from any folder."""
        names = ("signing_certificate", "signing_key")
        places = {name: absolute_address(p) for name in names if (p := getattr(self, name))}
        return self.model_copy(update=places)

    @property
    def marking(self) -> Marking:
        """The settings as files are marked with them."""
        return Marking(self.aigc_producer, self.sign, self.signing_certificate, self.signing_key)


def is_path(place: Any) -> TypeGuard[str]:
    """Return True for a text that can be the path of a key; False for the key itself."""
    return isinstance(place, str) and "-----BEGIN" not in place
