"""The look stage without Ray: each part looks at its own clips, once, unless nothing shall act."""

from collections.abc import Iterable
from pathlib import Path
from threading import Barrier

import hunyuan_files
import pytest
import videos
from fakes import GlanceLooker

from foley_core.models.hunyuan.clip_visuals import ClipVisuals
from foley_core.models.hunyuan.licence import LICENCE
from foley_core.models.hunyuan.public_model import PublicModel, find_model
from foley_core.soundtrack.span import span_of
from foley_core.storage.store import Storage
from foley_core.styles.wishes import Wishes
from foley_core.types import U8
from pipelines.stages.look import Look
from pipelines.stages.row import Row, rows_of, table_of


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> PublicModel:
    folder = hunyuan_files.write_published(tmp_path_factory.mktemp("weights"))
    return find_model("hunyuan-tiny", str(folder), LICENCE)


def stage(store: Storage, model: PublicModel, acts: bool = True) -> Look:
    return Look("run", store.root, 7, ("file",), model, "cpu", False, acts)


def row(folder: Path, seconds: float, **values: object) -> Row:
    made = Row(1, "video", str(videos.render(folder / "video.mp4", seconds=seconds)))
    span = span_of(made.video)
    wishes = Wishes(action=values.pop("action", None))  # type: ignore[arg-type]
    given = {"identity": span.identity, "duration_s": str(span.duration_s), **values}
    return Row(1, "video", made.uri, wishes, **given)  # type: ignore[arg-type]


def test_each_part_looks_at_the_clips_that_begin_in_it_and_none_twice(
    tmp_path: Path, model: PublicModel
) -> None:
    store = Storage(str(tmp_path / "out"))
    look = stage(store, model)
    parts = [row(tmp_path, 17, part=part, parts=2) for part in (0, 1)]
    after = [look.attempt(part)[0] for part in parts]
    assert [one.tally["features_computed"] for one in after] == [1, 1]
    assert len([k for k in store.list("features/clips-")]) == 2
    (again,) = look.attempt(parts[0])
    assert (again.tally["features_computed"], again.tally["features_reused"]) == (0, 1)


class Together(GlanceLooker):
    """Looks at a clip only while another thread looks at one as well."""

    def __init__(self) -> None:
        super().__init__()
        self._meeting = Barrier(2)

    def look(self, pictures: Iterable[tuple[float, U8]]) -> ClipVisuals:
        """Look as before, once two have met."""
        self._meeting.wait(timeout=120)
        return super().look(pictures)


def test_several_clips_are_decoded_at_once_of_one_video_or_of_many(
    tmp_path: Path, model: PublicModel
) -> None:
    look = stage(Storage(str(tmp_path / "out")), model)
    look.looker = Together()  # type: ignore[assignment]
    look.clip_steps = 60 * 25
    (long,) = look.attempt(row(tmp_path, 17))
    assert long.tally["features_computed"] == 2
    (tmp_path / "b").mkdir()
    (tmp_path / "c").mkdir()
    rows = [row(tmp_path / "b", 1), row(tmp_path / "c", 2)]
    after = rows_of(look(table_of(rows)))
    assert [one.tally["features_computed"] for one in after] == [1, 1]


def test_a_row_that_cannot_be_looked_at_costs_no_other_row(
    tmp_path: Path, model: PublicModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        (tmp_path / name).mkdir()
    rows = [row(tmp_path / "a", 0.4), row(tmp_path / "b", 1), row(tmp_path / "c", 2)]
    Path(rows[1].uri).write_bytes(b"no video")
    look = stage(Storage(str(tmp_path / "out")), model)
    look.looker = GlanceLooker()  # type: ignore[assignment]
    made = look.make_ahead(rows)
    assert len(made) == 1
    after = rows_of(look(table_of(rows)))
    assert [bool(one.error) for one in after] == [True, True, False]


def test_where_nothing_acts_nothing_is_looked_at(tmp_path: Path, model: PublicModel) -> None:
    store = Storage(str(tmp_path / "out"))
    for look, one in (
        (stage(store, model, acts=False), row(tmp_path, 1)),
        (stage(store, model), row(tmp_path, 1, action=False)),
    ):
        (after,) = look.attempt(one)
        assert "features_computed" not in after.tally
    assert not list(store.list("features/clips-"))


def test_a_video_that_is_too_short_is_set_aside_with_what_to_do(
    tmp_path: Path, model: PublicModel
) -> None:
    (after,) = stage(Storage(str(tmp_path / "out")), model).attempt(row(tmp_path, 0.4))
    assert after.error_class == "DecodeError"
    assert "use the embedded model" in after.error
