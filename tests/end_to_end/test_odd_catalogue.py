"""A job over odd but honest videos: whole tracks, pictures at their times, or a reason.

It runs in this process: how videos are read does not depend on where.
"""

from fractions import Fraction
from pathlib import Path

import av
import jobs
import odd_videos
import pytest
import videos
from jobs import Catalogue

from foley_core.provenance.signing import TEST_NAME
from pipelines.metadata.delivered import seen_video
from pipelines.provenance.verify import verify

LENGTHS_S = {
    "subtitled": 2.0,
    "joined": 2.0,
    "wraps": 4.0,
    "mirrored": 2.0,
    "preview": 2.0,
    "dropped": 2.0,
    "slides": 6.0,
}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("odd")
    made = {
        "subtitled": odd_videos.subtitled(folder / "subtitled.mkv", ends_s=9.0),
        "joined": odd_videos.joined(folder / "joined.ts", seconds=1),
        "wraps": odd_videos.wrapping(folder / "wraps.ts"),
        "mirrored": odd_videos.with_matrix(folder / "mirrored.mp4", (-1, 0, 0, 1)),
        "preview": odd_videos.several_pictures(folder / "preview.mov", (64, 96), (1, 50), 0),
        "dropped": odd_videos.dropped(folder / "dropped.avi", range(35, 50)),
        "slides": videos.render(folder / "slides.mp4", rate=Fraction(1, 2), seconds=10),
        "page": folder / "page.mp4",
    }
    made["page"].write_text("<!DOCTYPE html><html><body>404</body></html>")
    rows: list[dict[str, object]] = [
        {"video_id": name, "uri": str(path), "start_s": "", "end_s": ""}
        for name, path in made.items()
    ]
    rows[6] |= {"start_s": 3, "end_s": 9}
    settings = 'tier = "light"\n[delivery]\nmuxed = true\n[provenance]\nsign = true\n'
    catalogue = jobs.catalogue(folder, rows, settings=settings)
    assert catalogue.run_here().exit_code == 1
    return catalogue


@pytest.mark.slow
def test_every_odd_video_gets_a_whole_track(odd: Catalogue) -> None:
    rows = {row["video_id"]: row for row in odd.rows()}
    assert {k: row["duration_s"] for k, row in rows.items() if row["status"] == "ok"} == LENGTHS_S
    assert "an HTML page" in rows["page"]["error"]
    assert rows["slides"]["frame_rate"] == "variable"
    assert seen_video(odd.store, "slides").clock.frame_rate is None


@pytest.mark.slow
def test_every_file_of_a_job_is_signed(odd: Catalogue) -> None:
    found = list(verify(odd.output))
    assert [one.place for one in found if one.faults] == []
    muxed = sum(1 for _ in odd.store.list("muxed/"))
    assert len(found) == len(LENGTHS_S) + muxed > len(LENGTHS_S)
    signed = [one.claims.credentials for one in found if one.claims]
    assert {one.signed_by for one in signed if one} == {TEST_NAME}
    assert {one.title.rpartition(".")[0] for one in signed if one} == set(LENGTHS_S)
    assert {row["signed_by"] for row in odd.rows()} == {TEST_NAME, None}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "times_s"),
    [
        ("slides", [0, 1, 3, 5]),
        ("wraps", [n / 25 for n in range(100)]),
        ("joined", [n / 25 for n in range(50)]),
    ],
)
def test_pictures_keep_their_times_in_the_muxed_file(
    odd: Catalogue, name: str, times_s: list[float]
) -> None:
    with av.open(str(Path(odd.output) / f"muxed/region=neutral/{name}.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        shown = [float(one.pts * stream.time_base) for one in container.decode(stream) if one.pts]
    assert shown == pytest.approx([at for at in times_s if at], abs=0.001)
