"""The list of all soundtracks: pages, order, filter, and its page for a browser."""

import os
from pathlib import Path
from typing import Any

import pytest
import reviewed
from stub_service import BEARER, StubService, running, served

from pipelines.service import soundtrack_list


def made(one: StubService, folder: Path, count: int) -> list[str]:
    """Ids of soundtracks that ended one second after another."""
    ids = [str(one.finished(one.post(seed=str(n)).json()["id"])["id"]) for n in range(count)]
    for second, each in enumerate(ids):
        os.utime(folder / "ended" / f"{each}.json", (1_700_000_000 + second,) * 2)
    return ids


def pages(one: StubService, **wanted: Any) -> list[list[str]]:
    """The ids on every page of the list."""
    found: list[list[str]] = []
    before: str | None = None
    while True:
        asked = {**wanted, **({"before": before} if before else {})}
        page = one.client.get("/soundtracks", params=asked).json()
        found.append([each["id"] for each in page["soundtracks"]])
        if (before := page["next"]) is None:
            return found


def test_what_changed_last_is_first_and_every_one_stands_once(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        assert pages(one) == [[]]
        ids = made(one, tmp_path, 5)
        assert pages(one, limit=2) == [ids[4:2:-1], ids[2:0:-1], ids[:1]]
        assert pages(one, limit=5) == [ids[::-1]]
        os.utime(tmp_path / "ended" / f"{ids[0]}.json")
        assert pages(one)[0][0] == ids[0]


def test_a_status_is_looked_for_through_all_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soundtrack_list, "MOST_READ", 2)
    with running(tmp_path) as one:
        ids = made(one, tmp_path, 5)
        assert pages(one, status="set_aside") == [[], [], []]
        assert [each for page in pages(one, status="ok") for each in page] == ids[::-1]
        one.stub.may_go_on.clear()
        open_ = one.post(seed="9").json()["id"]
        one.begun(open_)
        found = [*pages(one, status="waiting"), *pages(one, status="working")]
        assert [each for page in found for each in page] == [open_]
        one.stub.may_go_on.set()


@pytest.mark.parametrize(
    "wanted", [{"limit": 0}, {"limit": 201}, {"status": "done"}, {"before": "yesterday"}]
)
def test_what_it_does_not_know_is_refused(tmp_path: Path, wanted: dict[str, Any]) -> None:
    with running(tmp_path) as one:
        assert one.client.get("/soundtracks", params=wanted).status_code == 422


def test_its_page_needs_the_token_and_is_no_other_file(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        begun = one.client.get("/page")
        assert begun.url.path == "/page/soundtracks.html"
        assert one.client.get("/page/video.html").status_code == 404
        none = {"Authorization": "", "Accept": "text/html"}
        sent = one.client.get("/page", headers=none, follow_redirects=False)
        assert (sent.status_code, sent.headers["location"]) == (303, "/session#/page")


@pytest.mark.slow
def test_a_person_sees_all_and_opens_one(tmp_path: Path) -> None:
    with reviewed.chromium() as browser, served(tmp_path) as (one, address):
        ids = {}
        for name in ("walk", "<b>run"):
            one.service.reserve()
            ids[name], _ = one.service.accept({"uri": f"s3://bucket/{name}.mp4"}, None, "")
        page = browser.new_context(locale="en-US", extra_http_headers=BEARER).new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{address}/page")
        page.wait_for_selector("#soundtracks tr:nth-child(2)")
        names = page.locator("#soundtracks td:first-child").all_text_contents()
        assert sorted(names) == ["<b>run", "walk"]
        page.locator("#status").select_option("set_aside")
        page.wait_for_selector("#nothing:not([hidden])")
        page.locator("#status").select_option("")
        page.wait_for_selector("#soundtracks a")
        link = page.locator("#soundtracks a", has_text="walk").get_attribute("href")
        assert link == f"/soundtracks/{ids['walk']}/page/review/index.html"
        assert faults == []
