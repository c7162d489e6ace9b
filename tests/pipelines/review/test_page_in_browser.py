"""The page in a real browser, opened from the disk: what a person does with it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import reviewed

from foley_core.soundtrack.correction_log import read_log
from foley_core.storage.store import Storage
from pipelines.corrections.correct import apply_corrections
from pipelines.review.write_review import write_list_of, write_page, write_review

pytestmark = pytest.mark.slow

HOSTILE = "<img src=x onerror=\"hacked='yes'\"> & </script>\u2028 '"
LONGEST_TASK_US = 100_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with reviewed.chromium() as running:
        yield running


@pytest.fixture(scope="module")
def output(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """The output of a job and its page."""
    folder = tmp_path_factory.mktemp("review")
    store = reviewed.made_output(folder, stems=True, muxed=True)
    write_review(store.root)
    return store


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page that tells what it asks for, and its faults."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-US", accept_downloads=True
    )
    opened = context.new_page()
    opened.asked, opened.faults = [], []
    context.on("request", lambda request: opened.asked.append(request.url))
    opened.on("pageerror", lambda error: opened.faults.append(str(error)))
    opened.on("console", lambda said: said.type == "error" and opened.faults.append(said.text))
    yield opened
    assert opened.faults == []
    context.close()


def address(store: Storage, name: str = "index.html") -> str:
    return f"{Path(store.root).as_uri()}/review/{name}"


def open_track(page: Any, store: Storage) -> None:
    """Go from the list to the page of its first track."""
    page.goto(address(store))
    page.locator("#rows a").first.click()
    page.wait_for_selector(".cue")
    until(page, "foley.view.timeline.waveform")


def until(page: Any, expression: str) -> None:
    """Wait until an expression is true; the page's policy keeps Playwright from waiting in it."""
    for _ in range(600):
        if page.evaluate(f"Boolean({expression})"):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it did not come true: {expression}")


def cue(page: Any, name: str) -> Any:
    return page.locator(".cue", has_text=name)


def seconds(page: Any) -> float:
    return float(page.evaluate("foley.view.player.now()"))


def test_it_plays_seeks_by_cue_and_goes_by_frames(page: Any, output: Storage) -> None:
    open_track(page, output)
    page.keyboard.press("n")
    assert seconds(page) == pytest.approx(0.5)
    page.keyboard.press("n")
    assert seconds(page) == pytest.approx(1.2)
    page.keyboard.press("ArrowRight")
    assert seconds(page) == pytest.approx(1.24)
    page.keyboard.press("Shift+ArrowLeft")
    assert seconds(page) == pytest.approx(0.24)
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    until(page, "foley.view.player.now() > 0.4")
    until(page, "foley.view.player.clock.currentTime > 0.4")
    until(page, "foley.view.picture.video.currentTime > 0.4")
    page.keyboard.press("k")
    assert page.evaluate("foley.view.player.playing") is False
    assert page.evaluate("foley.view.picture.video.videoWidth") == 160
    page.keyboard.press("j")
    until(page, "foley.view.player.now() < 0.2")
    page.keyboard.press("k")


def test_stems_are_heard_alone(page: Any, output: Storage) -> None:
    open_track(page, output)
    page.locator(".lane-head", has_text="doors").get_by_role("button", name="Solo").click()
    until(page, "[...foley.view.player.sounds.values()].every(s => s.readyState > 2)")
    levels = page.evaluate("Object.fromEntries(foley.view.player.levels)")
    assert levels["stem doors"] == 1
    assert {name for name, level in levels.items() if level} == {"stem doors"}
    page.locator("#hear-track").click()
    assert page.evaluate("Object.fromEntries(foley.view.player.levels)") == {"track": 1}


def test_what_was_corrected_is_what_correct_reads(
    page: Any, output: Storage, tmp_path: Path
) -> None:
    stems = {i.key: output.read(i.key) for i in output.list("stems/")}
    open_track(page, output)
    cue(page, "door slam").click()
    page.get_by_label("Sound", exact=True).fill("door close")
    page.get_by_label("Sound", exact=True).press("Enter")
    moved = cue(page, "door close")
    box = moved.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 8)
    page.mouse.down()
    scale = page.evaluate("foley.view.timeline.scale")
    page.mouse.move(box["x"] + 20 + 0.22 * scale, box["y"] + 8, steps=4)
    page.mouse.up()
    page.get_by_role("tab", name="Corrections").click()
    page.get_by_label("Your name").fill("bo")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download corrections").click()
    file = tmp_path / "corrections.jsonl"
    download.value.save_as(file)
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(row["op"], row.get("sound_class"), row.get("time")) for row in rows] == [
        ("relabel", "door_close", None), ("move", None, "0.720000"),
    ]  # fmt: skip
    done = apply_corrections(str(file), output.root)
    assert (done.exit_code, done.summary.tally["stems_generated"]) == (0, 1)
    (_, entry) = read_log(output, "v")
    assert [one.by for one in entry.corrections] == ["bo", "bo"]
    after = {i.key: output.read(i.key) for i in output.list("stems/")}
    changed = {key.rpartition("/")[2] for key in stems if after[key] != stems[key]}
    # Beds lie so far beneath what happens, so their level may follow it; their sound does not.
    assert {"doors.wav", "mix.wav"} <= changed <= {"doors.wav", "mix.wav", "ambience.wav"}
    page.evaluate("localStorage.clear()")


def test_cues_are_added_retaken_and_undone_by_keys(page: Any, output: Storage) -> None:
    write_review(output.root)
    open_track(page, output)
    before = page.locator(".cue").count()
    page.keyboard.press("m")
    assert page.locator(".mark-line").count() == 1
    page.keyboard.press("a")
    until(page, f"document.querySelectorAll('.cue').length === {before + 1}")
    page.get_by_label("Sound", exact=True).fill("狗叫")
    page.get_by_label("Sound", exact=True).press("Tab")
    assert page.locator(".cue.added").text_content() == "dog bark"
    cue(page, "tap").focus()
    page.keyboard.press("r")
    page.keyboard.press("r")
    (_, take) = page.evaluate("foley.view.edits.rows")
    assert (take["op"], take["take"]) == ("take", 2)
    page.keyboard.press("Delete")
    assert "deleted" in cue(page, "tap").get_attribute("class")
    for _ in range(5):
        page.keyboard.press("Control+z")
    assert page.locator(".cue").count() == before
    assert page.evaluate("foley.view.edits.rows") == []


def test_it_speaks_chinese_and_is_the_same_after_a_reload(page: Any, output: Storage) -> None:
    open_track(page, output)
    page.locator("#language").click()
    assert page.get_by_role("tab", name="备注").is_visible()
    assert cue(page, "关门").count() == 1
    page.reload()
    page.wait_for_selector(".cue")
    assert page.get_by_role("tab", name="备注").is_visible()


def test_nothing_leaves_the_machine(page: Any, output: Storage) -> None:
    open_track(page, output)
    page.keyboard.press("s")
    page.keyboard.press("t")
    until(page, "document.querySelector('#spectrogram-picture').naturalWidth > 0")
    assert len(page.asked) > 20
    root = f"{Path(output.root).as_uri()}/"
    assert [url for url in page.asked if not url.startswith((root, "blob:", "data:"))] == []


def test_hostile_names_and_notes_do_nothing(page: Any, tmp_path: Path) -> None:
    store = Storage(str(tmp_path))
    names = [HOSTILE.replace("/", ""), "javascript:alert(1)", "{0} $& ${1}"]
    reviewed.commit_rows(
        store,
        ({"video_id": name, "status": "set_aside", "error": HOSTILE, "error_class": HOSTILE,
          "notes": [HOSTILE], "frame_rate": "25"} for name in names),
    )  # fmt: skip
    write_review(store.root)
    page.goto(address(store))
    until(page, "document.querySelectorAll('#rows a[href]').length === 3")
    shown = [one.text_content() for one in page.locator("#rows .cell.video").all()]
    assert sorted(shown) == sorted(names)
    page.locator("#rows a").first.click()
    until(page, "window.foley && foley.view && foley.view.doc")
    page.get_by_role("tab", name="Notes").click()
    assert page.locator("#notes li").first.text_content() == HOSTILE
    assert page.locator("#name").text_content() in names
    assert page.evaluate("[typeof hacked, document.querySelectorAll('[onerror]').length]") == [
        "undefined", 0,
    ]  # fmt: skip


def test_ten_thousand_rows_scroll_without_a_long_task(
    page: Any, browser: Any, tmp_path: Path
) -> None:
    store = Storage(str(tmp_path))
    cues = [{"kind": "action", "sound_class": "tap", "confidence": 0.4, "source": "detected"}]
    rows = ({"video_id": f"clip-{n:05}", "cues": cues * (n % 3)} for n in range(10_000))
    reviewed.commit_rows(store, rows)
    # Only the list is looked at; the tracks of these rows are not there.
    write_page(store)
    write_list_of(store)
    page.goto(address(store))
    page.wait_for_selector("#rows a[href]")
    browser.start_tracing(page=page, categories=["toplevel", "__metadata"])
    for top in [*range(0, 60_000, 1500), *range(60_000, 440_000, 20_000)]:
        page.evaluate(f"document.getElementById('rows').scrollTop = {top}")
        page.evaluate("new Promise(requestAnimationFrame)")
    until(
        page,
        "[...document.querySelectorAll('#rows .row')].some(r => r.textContent.includes('clip-0'))",
    )
    events = json.loads(browser.stop_tracing())["traceEvents"]
    main = {(e["pid"], e["tid"]) for e in events
            if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain"}  # fmt: skip
    # Time of the processor, so that a busy machine makes no task longer than it is.
    tasks = [e["tdur"] for e in events if (e["pid"], e["tid"]) in main and "tdur" in e]
    assert len(tasks) > 50
    assert max(tasks) < LONGEST_TASK_US
    assert page.locator("#rows .row").count() < 60
    page.locator("#search").fill("clip-0777")
    until(page, "document.querySelector('#count').textContent.startsWith('10 of')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_accessibility_check_finds_nothing(page: Any, output: Storage, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    # Without motion: a colour halfway to another has a contrast of its own.
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(address(output))
    page.wait_for_selector("#rows a[href]")
    found = axe.run(page, options={"preload": False}).response["violations"]
    open_track(page, output)
    page.keyboard.press("n")
    page.keyboard.press("t")
    found += axe.run(page, options={"preload": False}).response["violations"]
    page.keyboard.press("?")
    found += axe.run(page, options={"preload": False}).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_a_filter_can_be_let_go_and_is_of_its_own_output(page: Any, tmp_path: Path) -> None:
    first, second = (Storage(str(tmp_path / name)) for name in ("first", "second"))
    bad = {"video_id": "bad", "status": "set_aside", "error": "no video", "frame_rate": "25"}
    good = {"video_id": "good", "frame_rate": "25"}
    for store, rows in ((first, [bad, good]), (second, [good])):
        reviewed.commit_rows(store, iter(rows))
        write_page(store)
        write_list_of(store)
    page.goto(address(first))
    page.get_by_role("button", name="Set aside").click()
    until(page, "document.querySelector('#count').textContent.startsWith('1 of')")
    page.goto(address(second))
    until(page, "document.querySelector('#count').textContent.startsWith('1 of 1')")
    # The row was made meanwhile, and the list is written anew.
    reviewed.commit_rows(first, iter([{**good, "video_id": "bad"}]))
    write_list_of(first)
    page.goto(address(first))
    until(page, "document.querySelector('#count').textContent.startsWith('0 of')")
    page.get_by_role("button", name="Set aside").click()
    until(page, "document.querySelector('#count').textContent.startsWith('2 of')")


def test_times_that_cannot_be_are_told_and_a_cue_keeps_its_length(
    page: Any, output: Storage
) -> None:
    write_review(output.root)
    open_track(page, output)
    cue(page, "tap").click()
    for field, text, told in (
        ("from", "9:00", "after the picture's end"),
        ("to", "0.1", "comes after the beginning"),
        ("to", "soon", "Give seconds"),
    ):
        page.locator(f"[name={field}]").fill(text)
        page.locator(f"[name={field}]").press("Enter")
        assert told in "".join(page.locator(".fault").all_text_contents())
        assert page.get_by_label(field.capitalize(), exact=True).count() == 1
    assert page.evaluate("foley.view.edits.rows") == []
    length = "(c => c.offset - c.onset)(foley.view.cueOf(foley.view.selected))"
    before = page.evaluate(length)
    for text in ("1.99", "0.5"):
        page.locator("[name=from]").fill(text)
        page.locator("[name=from]").press("Enter")
    assert page.evaluate(length) == before
    page.locator("#add").click()
    assert page.locator("[name=gain]").is_disabled()
    assert page.get_by_label("Sound", exact=True).is_enabled()
    assert "length" not in page.evaluate("foley.view.edits.file()")
    page.evaluate("localStorage.clear()")
