"""Data of the page: whatever is in it, it is data; and it reads back."""

import json
import subprocess
from shutil import which

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.review.data_script import data_of, data_script

HOSTILE = "</script><script>alert(1)</script><!-- \u2028\u2029 &amp; \"'\\ \ud800"


@given(st.text())
def test_a_value_reads_back(text: str) -> None:
    script = data_script("rows/000000", [{"v": text}, None, 1.5])
    assert data_of(script) == [{"v": text}, None, 1.5]


def test_a_script_holds_nothing_that_ends_it() -> None:
    script = data_script(HOSTILE, {HOSTILE: HOSTILE})
    assert script.isascii()
    assert not set(b"<>&") & set(script)
    assert script.count(b"\n") == 1


@pytest.mark.skipif(which("node") is None, reason="needs node")
def test_a_browser_s_language_reads_the_same_text() -> None:
    script = data_script("a", HOSTILE).decode()
    code = f"let held; const foleyData = (n, v) => held = v; {script} console.log(escape(held))"
    said = subprocess.run(["node", "-e", code], capture_output=True, text=True, check=True).stdout
    code = f"console.log(escape({json.dumps(HOSTILE)}))"
    assert said == subprocess.run(["node", "-e", code], capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    "script", [b"", b"alert(1)", b'foleyData("a")', b"foleyData(1,2);", b"\xff"]
)
def test_what_is_no_such_script_is_refused(script: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        data_of(script)
