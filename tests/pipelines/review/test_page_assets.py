"""The page's own files: all there, all named, none that asks a network or runs text."""

import json
import re
import subprocess
from fractions import Fraction
from pathlib import Path
from shutil import which

import pytest

from foley_core.cues.timecode import SourceClock
from pipelines.review.page_assets import PAGE_FILES, page_file

FOLDER = Path(__file__).parents[3] / "pipelines" / "review" / "page"
DOCUMENTS = [name for name in sorted(PAGE_FILES) if name.endswith(".html")]
SCRIPTS = [name for name in sorted(PAGE_FILES) if name.endswith(".js")]


def test_every_file_is_named_and_small() -> None:
    assert {path.name for path in FOLDER.iterdir()} == PAGE_FILES
    for path in FOLDER.iterdir():
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_runs_only_its_own_scripts(name: str) -> None:
    text = page_file(name).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?! src=\"(/session/)?[a-z_]+\.js\" defer></script>)", text)
    assert not re.search(r"\son[a-z]+=|style=|https?:", text)
    named = {one.removeprefix("/session/") for one in re.findall(r'(?:src|href)="([^"#]+)"', text)}
    assert named <= PAGE_FILES


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_reads_no_text_as_html_or_code(name: str) -> None:
    text = page_file(name).decode()
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        "Function(",
    ):
        assert word not in text
    assert "https:" not in text
    assert "http:" not in text


def test_the_words_stand_in_both_languages() -> None:
    words = page_file("page_words.js").decode()
    said = set(re.findall(r"^    (\w+): \[", words, re.M))
    named: set[str] = set()
    for name in (*DOCUMENTS, *SCRIPTS):
        text = page_file(name).decode()
        named |= set(re.findall(r'data-say(?:-label)?="(\w+)"', text))
        named |= set(re.findall(r'foley\.say\("(\w+)"[,)]', text))
    assert named - said == set()
    for line in re.findall(r"^    \w+: (\[.+\]),$", words, re.M):
        assert len(re.findall(r'"(?:[^"\\]|\\.)*"', line)) == 2


def test_a_service_says_where_corrections_go() -> None:
    page = page_file("video.html", service="../../corrections").decode()
    assert '<html data-service="../../corrections" lang="en">' in page
    assert page_file("style.css", service="x") == page_file("style.css")
    with pytest.raises(ValueError, match="not an address"):
        page_file("video.html", service='"><script>')
    with pytest.raises(KeyError):
        page_file("../write_review.py")


@pytest.mark.skipif(which("node") is None, reason="needs node")
@pytest.mark.parametrize(
    ("label", "rate"),
    [
        (None, "25"),
        ("10:00:00:12", "24000/1001"),
        ("00:59:59;28", "30000/1001"),
        ("23:59:00;04", "60000/1001"),
        ("23:59:59:24", "25"),
    ],
)
def test_the_page_counts_pictures_as_cue_sheets_do(label: str | None, rate: str) -> None:
    clock = SourceClock.starting_at(label, Fraction(rate))
    pictures = [0, 1, 29, 30, 1799, 1800, 1801, 17_981, 17_982, 107_892]
    labels = [clock.label(picture) for picture in pictures]
    said = json.dumps({"first_frame": clock.first, "drops_labels": clock.drops})
    code = f"""
      globalThis.window = {{ foley: {{ RATE: 48000 }} }};
      {page_file("times.js").decode()}
      const foley = window.foley, rate = {rate};
      foley.countAs({said}, rate);
      const labels = {pictures}.map((picture) => foley.timecode(picture / rate, rate));
      console.log(JSON.stringify([labels, labels.map((one) => foley.samplesOf(one, rate))]));
    """
    done = subprocess.run(["node", "-e", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [labels, [clock.sample_of(one) for one in pictures]]
