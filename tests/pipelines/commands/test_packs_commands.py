"""`foley packs`: every region is listed and shown; a faulty pack is refused with its faults."""

import shutil
from pathlib import Path

import pytest
import typer.testing

from foley_core.errors import StylePackError
from foley_core.storage.store import Storage
from foley_core.styles.folders import PACKS_FOLDER
from foley_core.styles.pack import available_packs, load_pack
from pipelines.cli import app


def said(*words: str) -> str:
    found = typer.testing.CliRunner().invoke(app, ["packs", *words], catch_exceptions=False)
    assert found.exit_code == 0
    return found.stdout


def test_all_shipped_packs_are_listed_with_their_digest() -> None:
    lines = said("list")
    for name in available_packs():
        assert name in lines
        assert load_pack(name).sha256[:12] in lines


def test_a_pack_is_shown_whole() -> None:
    text = said("show", "japan")
    for word in ("summer-cicadas", "door-chime", "siren → slow-siren", "any"):
        assert word in text
    with pytest.raises(StylePackError, match="did you mean 'japan'"):
        said("show", "japn")


def test_a_pack_of_ones_own_is_checked_beside_its_fallbacks(tmp_path: Path) -> None:
    shutil.copytree(PACKS_FOLDER / "japan", tmp_path / "japan")
    assert "japan 2.0.0 is valid" in said("check", str(tmp_path / "japan"))
    file = tmp_path / "japan" / "pack.toml"
    file.write_text(file.read_text().replace('fallback = "neutral"', 'fallback = "neutrl"'))
    with pytest.raises(StylePackError, match="'neutrl'; did you mean 'neutral'"):
        said("check", str(tmp_path / "japan"))
    with pytest.raises(StylePackError, match=r"there is no pack\.toml in that folder"):
        said("check", str(tmp_path / "nowhere"))


def test_a_pack_in_object_storage_is_checked_and_listed() -> None:
    text = (PACKS_FOLDER / "india-city" / "pack.toml").read_text(encoding="utf-8")
    Storage("memory://checked").put(
        "mine/pack.toml", text.replace('"india-city"', '"mine"').encode()
    )
    assert "mine 1.0.0 is valid" in said("check", "memory://checked/mine")
    assert "mine" in said("list", "--folder", "memory://checked")
    Storage("memory://checked").put("broken/pack.toml", b"name = ")
    with pytest.raises(StylePackError, match=r"broken/pack\.toml: not valid TOML"):
        said("list", "--folder", "memory://checked")
