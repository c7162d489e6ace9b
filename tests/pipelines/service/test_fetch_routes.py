"""Files of a soundtrack may be asked for by HEAD: the same answer without a body."""

import http.client
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from stub_service import BEARER, TRACK, ended, running, served

from foley_core.soundtrack.delivery import muxed_key, stems_folder, track_key
from foley_core.storage.store import Storage
from pipelines.service import fetch_routes


@pytest.fixture
def captioned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Captions of every track."""
    rows = [{"region": "neutral"}]
    monkeypatch.setattr(fetch_routes, "rows_of_videos", lambda *_: rows)
    monkeypatch.setattr(fetch_routes, "read_timeline", lambda *_: None)
    monkeypatch.setattr(fetch_routes, "caption_files", lambda *_: {".en.vtt": b"WEBVTT\n"})


def with_all(one: Any) -> str:
    """The address of a soundtrack that has a track, a stem and a muxed file."""
    state = one.finished(one.post().json()["id"])
    folder = one.service.records.folder(state["id"])
    stem, muxed = f"{stems_folder('walk', 'neutral')}doors.wav", muxed_key("walk", "neutral")
    for key in (stem, muxed):
        Storage(folder).put(key, TRACK)
    record = ended(state["id"], "walk", "neutral", track_key("walk", "neutral", "wav16"))
    record["tracks"][0] |= {"stems": ["doors.wav"], "muxed": muxed}
    one.service.records.end(state["id"], record)
    return f"/soundtracks/{state['id']}"


@pytest.mark.usefixtures("captioned")
def test_head_answers_as_get_without_a_body(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        here = with_all(one)
        for path, status in (
            ("tracks/neutral", 200), ("stems/neutral/doors.wav", 200), ("muxed/neutral", 200),
            ("captions/neutral?language=en", 200), ("cues", 404), ("tracks/japan", 404),
            ("stems/neutral/wind.wav", 404),
        ):  # fmt: skip
            got, head = (one.client.request(way, f"{here}/{path}") for way in ("GET", "HEAD"))
            assert (got.status_code, head.status_code) == (status, status), path
            assert (head.content, head.headers) == (b"", got.headers), path
        part = one.client.head(f"{here}/tracks/neutral", headers={"Range": "bytes=1-3"})
        assert (part.status_code, part.headers["content-length"]) == (206, "3")
        del one.client.headers["Authorization"]
        assert one.client.head(f"{here}/tracks/neutral").status_code == 401


def test_a_real_server_sends_no_body_after_a_head(tmp_path: Path) -> None:
    with served(tmp_path) as (one, address):
        here = with_all(one)
        line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        for way, length in (("HEAD", 0), ("GET", len(TRACK))):  # on one connection
            line.request(way, f"{here}/tracks/neutral", headers=BEARER)
            answer = line.getresponse()
            assert (answer.status, len(answer.read())) == (200, length)
            assert answer.getheader("content-length") == str(len(TRACK))
        line.close()
