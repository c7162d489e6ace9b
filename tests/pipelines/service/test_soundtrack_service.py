"""The service without its web: what is known of a soundtrack at any moment."""

from pathlib import Path
from typing import Any

import pytest
from stub_service import StubService

from pipelines.service.performing import Task


def test_one_that_ends_while_it_is_looked_at_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = StubService(tmp_path)
    one.service.reserve()
    soundtrack_id, new = one.service.accept({"uri": "/videos/walk.mp4"}, None, "")
    assert new
    records = one.service.records
    looked = records.waiting

    def ends_first(name: str) -> Any:
        monkeypatch.setattr(records, "waiting", looked)
        one.stub.perform(Task(name), lambda text, share: None)
        return looked(name)

    monkeypatch.setattr(records, "waiting", ends_first)
    state = one.service.state(soundtrack_id)
    assert state is not None
    assert state["status"] == "ok"


def test_a_folder_that_was_moved_still_has_its_videos(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    one = StubService(here)
    one.service.reserve()
    with (tmp_path / "walk.mp4").open("wb+") as video:
        video.write(b"a video")
        soundtrack_id, _ = one.service.accept({}, video, "walk.mp4")
    here.rename(there)
    request = StubService(there).service.records.request(soundtrack_id)
    assert request is not None
    assert Path(request.row.uri).read_bytes() == b"a video"
    assert request.job.output.startswith(str(there))
