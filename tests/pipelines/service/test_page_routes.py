"""The page of a soundtrack through the service: its files, what it plays, who may see it."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient
from stub_service import TOKEN, StubService, running

from pipelines.review.track_rows import document_of
from pipelines.service.app import make_app


def test_the_page_lies_beside_what_it_plays(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        state = one.finished(one.post().json()["id"])
        page = state["links"]["page"]
        begin = one.client.get(page)
        assert begin.url.path == f"{page}/review/index.html"
        assert 'data-service="../../corrections"' in begin.text
        script = one.client.get(f"{page}/review/list_view.js")
        assert script.headers["content-type"] == "text/javascript; charset=utf-8"
        assert one.client.get(f"{page}/review/sounds.js").text.startswith("foleyData(")
        key = state["tracks"][0]["links"]["track"].rpartition("/")[2]
        track = one.client.get(f"{page}/tracks/region%3D{key}/walk.wav")
        assert track.content == one.client.get(state["tracks"][0]["links"]["track"]).content


@pytest.mark.parametrize(
    "key",
    [
        "job.json", "metadata/x.parquet", "features/x", "review/../job.json", "tracks/../job.json",
        "review/%2e%2e/job.json", "tracks/", "review/", "review/nothing.js", "review/sign_in.html",
        f"review/{document_of('walk', 'neutral')}.js", "review/list.js", "review/rows/000000.js",
    ],
)  # fmt: skip
def test_nothing_else_of_the_output_is_handed_out(tmp_path: Path, key: str) -> None:
    with running(tmp_path) as one:
        state = one.finished(one.post().json()["id"])
        assert one.client.get(f"{state['links']['page']}/{key}").status_code == 404


def test_a_browser_without_the_token_is_sent_to_sign_in(tmp_path: Path) -> None:
    one = StubService(tmp_path)
    with TestClient(make_app(one.service, TOKEN), follow_redirects=False) as client:
        page = f"/soundtracks/{'0' * 32}/page"
        sent = client.get(page, headers={"Accept": "text/html"})
        assert (sent.status_code, sent.headers["location"]) == (303, f"/session#{page}")
        assert client.get(page).status_code == 401
        assert client.get(f"{page}/tracks/a.wav").status_code == 401
        for name in ("/session", "/session/sign_in.js", "/session/style.css", "/session/icon.svg"):
            assert client.get(name).status_code == 200
        assert client.get("/session/index.html").status_code == 401
