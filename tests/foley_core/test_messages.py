"""Messages about wrong input: what is near, where a fault is, and why a file cannot be read."""

from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from foley_core.errors import ConfigError, StylePackError
from foley_core.messages import complaints, did_you_mean, read_toml, unknown


class Inner(BaseModel):
    """A section."""

    model_config = ConfigDict(extra="forbid")

    rain: dict[Annotated[str, Field(max_length=4)], int] = {}


class Outer(BaseModel):
    """A document."""

    model_config = ConfigDict(extra="forbid")

    size: int = 0
    inner: Inner = Inner()

    @model_validator(mode="after")
    def _not_thirteen(self) -> "Outer":
        if self.size == 13:
            raise ValueError("size: 13 is unlucky")
        return self


def faults(document: object, documented: str = "") -> tuple[str, ...]:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(document)
    return complaints(caught.value, [*Outer.model_fields, *Inner.model_fields], documented)


def test_the_nearest_name_is_asked_for() -> None:
    assert did_you_mean("forst", ["street", "forest"]) == "did you mean 'forest'?"
    assert did_you_mean("xyzzy", ["street", "forest"], "look it up") == "look it up"
    assert did_you_mean("forst", ["forest"], alike=0.99) == ""


def test_without_a_near_name_all_are_listed() -> None:
    assert unknown("scene", "forst", ["street", "forest"]) == (
        "unknown scene 'forst'; did you mean 'forest'?"
    )
    assert unknown("scene", "xyzzy", iter(["sea", "forest"])) == (
        "unknown scene 'xyzzy'; known: sea, forest"
    )


def test_an_unknown_key_is_answered_with_what_is_near_or_known() -> None:
    assert faults({"siez": 1}) == ("unknown key 'siez'; did you mean 'size'?",)
    assert faults({"x": 1}) == ("unknown key 'x'; known: size, inner, rain",)
    assert faults({"inner": {"rian": 1, "x": 1}}, "the manual") == (
        "inner.rian: unknown key; did you mean 'rain'?",
        "inner.x: unknown key; see the manual for the known ones",
    )


def test_every_fault_has_its_place_and_no_words_of_pydantic_before_ours() -> None:
    assert faults({"size": 13}) == ("size: 13 is unlucky",)
    size, key = faults({"size": "much", "inner": {"rain": {"longer": 1}}})
    assert size.startswith("size: Input should be a valid integer")
    assert key == "inner.rain.longer: String should have at most 4 characters"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff", "a.toml: the list is not UTF-8 text"),
        (b"a = ", "a.toml: not valid TOML: "),
        (b"[" * 5000, "a.toml: not valid TOML: "),
    ],
)
def test_a_file_that_is_no_toml_says_why(data: bytes, said: str) -> None:
    with pytest.raises(StylePackError) as caught:
        read_toml(data, "a.toml", "the list", StylePackError)
    assert str(caught.value).startswith(said)
    with pytest.raises(ConfigError):
        read_toml(data, "a.toml", "the list")


def test_a_good_file_is_read() -> None:
    assert read_toml(b"a = 1\n[b]\nc = 'd'", "a.toml", "the list") == {"a": 1, "b": {"c": "d"}}
