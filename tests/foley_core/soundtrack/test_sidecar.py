"""Sidecars: what they say over a row, and what is said of faulty ones."""

from pathlib import Path

import pytest

from foley_core.errors import ConfigError
from foley_core.soundtrack.sidecar import SIDECAR_LIMIT_BYTES, load_sidecar, read_sidecar
from foley_core.styles.wishes import Wishes, filters_of

PLACE = "s3://bucket/walk.mp4.foley.toml"


def read(text: str, place: str = PLACE):
    return read_sidecar(f"schema_version = 1\n{text}".encode(), place)


def test_a_sidecar_wins_over_its_row_setting_by_setting():
    row = Wishes(prompt="rain", sound_filters="footsteps: +3 dB duller, rain: off, sea: off")
    after = read('filters = "footsteps: 50%, rain: on"\nmusic = true\nmood = "史诗"').over(row)
    assert after.filters == filters_of("footsteps: 50% duller, rain: on, sea: off")
    unfiltered = after.changed(sound_filters="")
    assert unfiltered == Wishes(prompt="rain", music=True, mood="epic")


def test_what_a_sidecar_leaves_out_is_the_rows():
    assert read("").over(Wishes(sound_filters="rain: 50%")) == Wishes(
        sound_filters="rain: -6.021 dB"
    )
    assert read("action = false\ntempo_bpm = 120").over(Wishes(scene="sea")) == Wishes(
        scene="sea", action=False, tempo_bpm=120.0
    )


def test_every_fault_is_listed_with_its_place_key_and_nearest_name():
    with pytest.raises(ConfigError) as caught:
        read('filters = "footstq: 50%, rain: 1e9 dB"\nmusik = true\nmood = "epik"\ntempo_bpm = 1e9')
    assert str(caught.value).startswith(f"{PLACE}: the sidecar is not valid")
    said = "\n".join(caught.value.problems)
    for part in (
        "filters: unknown sound class or group 'footstq'; did you mean",
        "1e9 dB is not between -60 and +24 dB",
        "unknown key 'musik'; did you mean 'music'?",
        "mood: unknown mood 'epik'; did you mean 'epic'?",
        "tempo_bpm: Input should be less than or equal to 200",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff", "not UTF-8"),
        (b"a = ", "not valid TOML"),
        (b"[" * 5000, "not valid TOML"),
        (b"#" * (SIDECAR_LIMIT_BYTES + 1), "at most"),
        (b"", "schema_version: Field required"),
        (b"schema_version = 2", "schema_version"),
        (b"schema_version = 1\nmusic = 1", "music: Input should be a valid boolean"),
        (b"schema_version = 1\ntempo_bpm = nan", "tempo_bpm"),
    ],
)
def test_what_is_no_sidecar_is_refused_by_name(data: bytes, said: str):
    with pytest.raises(ConfigError, match=r"walk\.mp4") as caught:
        read_sidecar(data, PLACE)
    assert said in str(caught.value)


def test_a_file_of_any_size_is_read_no_further_than_the_limit(tmp_path: Path):
    path = tmp_path / "v.mp4.foley.toml"
    with path.open("wb") as file:
        file.truncate(1 << 33)
    with pytest.raises(ConfigError, match="at most"):
        load_sidecar(str(path), ("file",))
