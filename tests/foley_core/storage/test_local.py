"""A local folder of objects holds nothing but objects: no temporary files, no empty folders."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from foley_core.storage.local import LocalFolder


def test_a_folder_goes_with_its_last_object(tmp_path: Path) -> None:
    folder = LocalFolder(str(tmp_path))
    for name in ("stems/japan/my-wedding/door.flac", "stems/japan/other/door.flac", "top.json"):
        folder.replace(name, b"x")
    folder.delete("stems/japan/my-wedding/door.flac")
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")} == {
        "stems", "stems/japan", "stems/japan/other", "stems/japan/other/door.flac", "top.json",
    }  # fmt: skip
    folder.delete("stems/japan/other/door.flac")
    folder.delete("stems/japan/other/door.flac")
    folder.delete("top.json")
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_while_others_delete_is_there(tmp_path: Path) -> None:
    folder = LocalFolder(str(tmp_path))

    def write_and_delete(writer: int) -> None:
        for number in range(200):
            (folder.create if number % 2 else folder.replace)(f"a/b/{writer}.json", b"x")
            assert folder.read(f"a/b/{writer}.json") == b"x"
            folder.delete(f"a/b/{writer}.json")

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(write_and_delete, range(4)))
    assert list(tmp_path.iterdir()) == []


def test_links_that_lead_nowhere_or_back_hold_no_listing_up(tmp_path: Path) -> None:
    for name in ("a", "b/c"):
        LocalFolder(str(tmp_path)).create(name, b"x")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "gone").symlink_to("nowhere")
    # Followed, two of them in one folder would be listed for ever.
    for name in ("up", "back", "b/up", "b/root"):
        (tmp_path / name).symlink_to(tmp_path)
    (tmp_path / "linked").symlink_to(tmp_path / "b")
    names = [found.name for found in LocalFolder(str(tmp_path)).walk("", lambda call: call())]
    assert names == ["a", "b/c", "linked/c"]
