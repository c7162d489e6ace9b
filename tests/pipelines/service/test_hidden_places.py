"""Clients are told what happened to their soundtrack, and no place of the server."""

from pathlib import Path
from typing import Any

import pytest
import reviewed
from stub_service import ended, running

from foley_core.errors import BrokeOffError, ConfigError, StorageError
from foley_core.storage.store import Storage
from pipelines.service.here_performer import HerePerformer
from pipelines.service.hidden_places import HiddenPlaces
from pipelines.service.performing import Task
from pipelines.service.settings import service_settings

ID = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (f"/srv/foley/soundtracks/{ID}/source/v.mp4: damaged", "source/v.mp4: damaged"),
        (f"/srv/foley/soundtracks/{ID} has no track", "the soundtrack has no track"),
        ("/srv/foley/waiting/a.json is full", "waiting/a.json is full"),
        ("/srv/foley is full", "the service's output is full"),
        ("/models/tiny: no weights", "the weights: no weights"),
        ("/packs/a/pack.toml: no name", "a/pack.toml: no name"),
        ({"tracks": [{"error": "/packs", "cues": 3}]},
         {"tracks": [{"error": "the style packs", "cues": 3}]}),
    ],
)  # fmt: skip
def test_places_are_named_from_the_soundtrack_or_by_a_word(said: object, told: object) -> None:
    settings = service_settings(
        {"output": "/srv/foley", "model_path": "/models/tiny", "pack_folders": ("/packs",)}
    )
    assert HiddenPlaces(settings, "/srv/foley").out_of(said) == told


def test_no_answer_on_what_was_set_aside_names_one(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        made = one.finished(one.post().json()["id"])
        name, records = made["id"], one.service.records
        place = f"{records.folder(name)}/source/video.mp4"
        track = {"region": "neutral", "status": "set_aside", "error": f"{place}: it is damaged",
                 "notes": [f"{place} was there"], "qc_reasons": None}  # fmt: skip
        record = {**ended(name, "walk", "neutral", ""), "status": "set_aside", "tracks": [track],
                  "corrections_refused": [f"{place}: no"]}  # fmt: skip
        records.end(name, record)
        here = f"/soundtracks/{name}"
        told = [
            one.client.get(path)
            for path in (here, "/soundtracks", f"{here}/events", f"{here}/tracks/neutral",
                         f"{here}/cues", f"{here}/captions/neutral")
        ]  # fmt: skip
        assert [answer.text for answer in told if str(tmp_path) in answer.text] == []
        assert told[0].json()["tracks"][0]["error"] == "source/video.mp4: it is damaged"


def test_corrections_that_find_no_track_name_no_file_of_the_server(tmp_path: Path) -> None:
    settings = service_settings({"output": str(tmp_path)})
    performer = HerePerformer(settings)
    store, key = performer.records.store, f"corrections/{ID}/now.jsonl"
    row = {
        "status": "set_aside",
        "video_id": "v",
        "error": "no video",
        "error_class": "DecodeError",
    }
    reviewed.commit_rows(Storage(performer.records.folder(ID)), iter([row]))
    performer.records.end(ID, {**ended(ID, "v", "neutral", ""), "status": "set_aside"})
    store.put(key, b'{"video_id":"v","by":"ana","op":"add","sound_class":"tap","time":1}\n')
    (fault,) = performer.perform(Task(ID, key), lambda text, share: None)
    assert "nothing was corrected" in fault
    assert "no video" in fault
    assert "corrections.jsonl" not in fault


@pytest.mark.parametrize("error", [ConfigError, StorageError, BrokeOffError])
def test_no_fault_names_one(tmp_path: Path, monkeypatch: Any, error: type[Exception]) -> None:
    with running(tmp_path) as one:
        name = one.finished(one.post().json()["id"])["id"]

        def fails(*_: object) -> None:
            raise error(f"{tmp_path}/soundtracks/{name}/job.json cannot be used")

        monkeypatch.setattr(one.stub, "perform", fails)
        monkeypatch.setattr("pipelines.service.task_queue.AGAIN_S", 0.0)
        monkeypatch.setattr("pipelines.service.fetch_routes.seen_video", fails)
        rows = {"corrections": [{"op": "add", "sound_class": "tap", "time": 1.0}]}
        here = f"/soundtracks/{name}"
        told = [one.client.post(f"{here}/corrections", json=rows)]
        if error is not BrokeOffError:
            told.append(one.client.get(f"{here}/cues"))
        for answer in told:
            assert answer.status_code >= 400
            assert "job.json cannot be used" in answer.text
            assert str(tmp_path) not in answer.text
