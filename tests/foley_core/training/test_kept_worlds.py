"""Parts of a training's worlds are rendered once, and a file of them is whole or not there."""

from pathlib import Path

import numpy as np
import pytest

from foley_core.training.kept_worlds import keep_arrays, rendered_parts


def test_parts_that_are_there_are_not_rendered_again(tmp_path: Path) -> None:
    said, rendered = list[str](), list[int]()

    def render(part: int, path: Path) -> None:
        rendered.append(part)
        keep_arrays(path, number=np.array(part))

    for count in (1, 3):
        paths = rendered_parts(tmp_path / "w", count, lambda _, text: said.append(text), render)
        assert [int(np.load(path)["number"]) for path in paths] == [*range(count)]
    assert rendered == [0, 1, 2]
    assert said == ["rendering part 1 of 1", "rendering part 2 of 3", "rendering part 3 of 3"]


def test_what_cannot_be_written_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: object, **arrays: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space"):
        keep_arrays(tmp_path / "part_0.npz", number=np.array(1))
    assert not (tmp_path / "part_0.npz").exists()
