"""Ids and seeds: one value, one name; different values, different names."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foley_core.ids import canonical_json, digest, seed_of, sha256_of_file

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_canonical_json_reads_back_as_the_same_value(value):
    try:
        text = canonical_json(value)
    except UnicodeEncodeError:
        return  # a lone surrogate has no UTF-8
    assert json.loads(text) == value


@given(st.dictionaries(st.text("abc", max_size=3), st.integers(), max_size=5))
def test_order_of_keys_does_not_matter(value):
    reversed_keys = dict(reversed(value.items()))
    assert canonical_json(reversed_keys) == canonical_json(value)


def test_canonical_json_is_compact_sorted_utf8():
    assert canonical_json({"b": [1, 2], "a": "é"}) == '{"a":"é","b":[1,2]}'.encode()


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_json_cannot_hold_are_refused(number):
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"x": number})


def test_digest_is_sha256_of_the_canonical_json():
    assert digest({"a": 1}) == hashlib.sha256(b'{"a":1}').hexdigest()


def test_text_and_number_make_different_digests():
    assert digest("1") != digest(1)


@given(st.lists(st.integers() | st.text("ab", max_size=3), max_size=4))
def test_seeds_are_63_bit_and_repeatable(parts):
    seed = seed_of(*parts)
    assert 0 <= seed < 2**63
    assert seed == seed_of(*parts)


def test_parts_of_a_seed_do_not_run_together():
    assert len({seed_of("ab", "c"), seed_of("a", "bc"), seed_of("abc"), seed_of("c", "ab")}) == 4


def test_seeds_of_neighbours_are_spread_over_the_whole_range():
    seeds = [seed_of("video", index) / 2**63 for index in range(2000)]
    assert 0.48 < sum(seeds) / len(seeds) < 0.52
    assert len(set(seeds)) == len(seeds)


def test_the_digest_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert sha256_of_file(path).startswith("ba7816bf8f01cfea")
