"""Addresses: which are paths of this machine, and what they mean from another folder."""

from pathlib import Path

import pytest

from foley_core.errors import ConfigError, RowError
from foley_core.storage.addresses import (
    NAME_BYTES,
    absolute_address,
    checked_uri,
    is_in_hub,
    local_path,
    without_root,
)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/a/b", "/a/b"),
        ("a/b:c", "a/b:c"),
        ("./a:b", "a:b"),
        ("file:///a%20b", "/a b"),
        ("FILE://localhost/a", "/a"),
        (Path("a:b"), "a:b"),
    ],
)
def test_a_path_and_a_file_uri_are_local(address: str | Path, path: str) -> None:
    assert local_path(address) == Path(path)


@pytest.mark.parametrize(
    "address", ["s3://bucket/a", "S3://bucket/a", "memory://a", "hf://owner/name", "concat:/a|/b"]
)
def test_every_other_scheme_is_remote(address: str) -> None:
    assert local_path(address) is None


def test_a_path_becomes_absolute_from_a_folder_and_a_uri_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute_address("../a", Path("/b/c")) == "/b/a"
    assert absolute_address("/a", Path("/b")) == "/a"
    assert absolute_address("run-10:30") == f"{tmp_path}/run-10:30"
    for uri in ("s3://bucket/a", "hf://owner/name", "file:///a"):
        assert absolute_address(uri, Path("/b")) == uri


def test_an_empty_path_is_not_the_current_folder() -> None:
    with pytest.raises(ConfigError, match="an empty path names no place"):
        absolute_address("")


def test_a_path_that_is_no_text_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (odd := tmp_path / "odd\udcff").mkdir()
    with pytest.raises(RowError, match="is not UTF-8"):
        checked_uri(f"{odd}/a.mp4")
    with pytest.raises(ConfigError, match="is not UTF-8"):
        absolute_address("out", odd)
    monkeypatch.chdir(odd)
    with pytest.raises(ConfigError, match="is not UTF-8") as refused:
        absolute_address("out")
    assert str(refused.value).isascii()


def test_a_hub_is_known_by_its_scheme() -> None:
    assert is_in_hub("hf://owner/name")
    assert is_in_hub("HF://owner/name@main")
    assert not is_in_hub("s3://hf/name")
    assert not is_in_hub("hf/name")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/srv/foley/a b/v.mp4: it is damaged", "a b/v.mp4: it is damaged"),
        ("'file:///srv/foley/v.mp4' and /srv/foley/w.mp4", "'v.mp4' and w.mp4"),
        ("/srv/foley: no space left", "the output: no space left"),
        ("no track in /srv/foley.", "no track in the output."),
        ("/srv/foley-2/v.mp4, /mnt/srv/foley/v.mp4", "/srv/foley-2/v.mp4, /mnt/srv/foley/v.mp4"),
        ("it lasts 24/25 s", "it lasts 24/25 s"),
    ],
)
def test_a_text_without_a_root_names_what_lies_below_it(text: str, told: str) -> None:
    assert without_root(text, "/srv/foley") == told
    assert without_root(text, "/") == text


def test_a_bucket_is_a_root_too() -> None:
    assert without_root("s3://b/out/v.mp4 is gone", "s3://b/out") == "v.mp4 is gone"


LONG = "x" * 5000
DEEP = "/abc" * 1300


@pytest.mark.parametrize(
    ("address", "why"),
    [
        (LONG, "longer than the 4095 bytes"),
        (DEEP, "longer than the 4095 bytes"),
        (f"file://{DEEP}", "longer than the 4095 bytes"),
        ("é" * (NAME_BYTES // 2 + 1), "a name of more than 255 bytes"),
        ("a\0b", "zero byte"),
        ("file:///a%00b", "zero byte"),
    ],
)
def test_what_no_path_can_be_is_refused_in_one_sentence(address: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as caught:
        absolute_address(address)
    assert len(str(caught.value)) < 400
    with pytest.raises(RowError):
        checked_uri(address)


def test_a_name_may_be_as_long_as_the_system_takes() -> None:
    assert absolute_address(f"/{'x' * NAME_BYTES}") == f"/{'x' * NAME_BYTES}"
    assert absolute_address(f"s3://bucket/{LONG}") == f"s3://bucket/{LONG}"


def test_a_link_that_leads_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "a")
    with pytest.raises(ConfigError, match="leads to itself"):
        absolute_address(str(tmp_path / "a" / "b"))
