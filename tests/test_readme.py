"""`README.md` is short and true: its map, its links, its picture, its example."""

import re
import shutil
from pathlib import Path

import pytest
import videos
from documents import (
    DOCUMENTS,
    README,
    ROOT,
    anchors,
    blocks,
    folders_with_code,
    links,
    section,
    text_of,
)
from PIL import Image

from pipelines.evaluation.draw_sample import weights_digest

every_document = pytest.mark.parametrize(
    "path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT))
)
PACKAGES = ("foley_core", "pipelines")
PICTURES = sorted((ROOT / "pipelines" / "pictures").glob("*.png"))


def map_of_the_tree() -> dict[str, str]:
    """The map's words for each path; a name belongs to the folder above that it is indented by."""
    (drawn,) = blocks(section(README, "Map"))
    folders: list[str] = []
    said: dict[str, str] = {}
    for line in drawn.splitlines():
        indent, name, words = re.match(r"( *)(\S+) +(.+)", line).groups()  # type: ignore[union-attr]
        depth = len(indent) // 2
        folders[depth:] = [name.removesuffix("/")]
        said["/".join(folders)] = words
    return said


def test_it_is_short() -> None:
    assert len(text_of(README).splitlines()) <= 150


def test_the_map_names_every_folder() -> None:
    said = map_of_the_tree()
    for package in PACKAGES:
        folders = {f"{package}/{name}".rstrip("/") for name in folders_with_code(ROOT / package)}
        assert folders - said.keys() == set()


def test_the_map_names_nothing_that_is_not_there() -> None:
    said = map_of_the_tree()
    assert [path for path in said if not (ROOT / path).exists()] == []
    assert all(said.values())


@every_document
def test_links_lead_somewhere(path: Path) -> None:
    for link in links(path):
        if link.startswith("https://"):
            continue
        place, _, anchor = link.partition("#")
        target = (path.parent / place).resolve() if place else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@every_document
def test_paths_that_are_named_exist(path: Path) -> None:
    named = re.findall(
        r"(?<![\w/.-])(?:foley_core|pipelines|cluster|tests)/[\w./-]*\w", text_of(path)
    )
    assert [name for name in named if not (ROOT / name).exists()] == []


@every_document
def test_python_files_and_modules_that_are_named_exist(path: Path) -> None:
    files = set(re.findall(r"(?<![\w/.-])[\w/]+\.py\b", text_of(path)))
    known = {file.relative_to(ROOT).as_posix() for file in ROOT.glob("[fpct]*/**/*.py")}
    assert [
        name for name in files if not any(f"/{one}".endswith(f"/{name}") for one in known)
    ] == []
    for module in re.findall(r"(?<![\w.])(?:foley_core|pipelines)(?:\.[a-z_]+)+", text_of(path)):
        place = ROOT / module.replace(".", "/")
        assert place.is_dir() or place.with_suffix(".py").is_file(), module


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_the_pictures_are_small_and_of_these_weights(path: Path) -> None:
    assert path.relative_to(ROOT).as_posix() in links(README)
    assert path.stat().st_size <= 150_000
    with Image.open(path) as drawn:
        assert drawn.width >= 1200
        source = drawn.info["Source"]
    assert source == weights_digest(), "draw it again, as foley_core/evaluation/README.md says"


@pytest.mark.slow
def test_the_example_of_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(videos.render(tmp_path / "short.mp4", seconds=1), "walk.mp4")
    (example,) = blocks(text_of(README), "python")
    exec(compile(example, "README.md", "exec"), {})
    assert (tmp_path / "walk.wav").stat().st_size > 100_000


@pytest.mark.parametrize("target", ["setup", "test", "demo"])
def test_the_make_targets_are_documented(target: str) -> None:
    assert f"make {target}" in text_of(README)
