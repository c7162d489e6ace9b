"""Without a terminal, progress is lines: the last one always."""

import pytest

from pipelines.progress import progress_for


def test_a_log_gets_a_line_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_for(3) as progress:
        progress.advance([{"status": "ok"}, {"status": "set_aside"}])
        progress.advance([{"status": "ok"}])
    assert "3 of 3 soundtracks, 1 set aside" in capsys.readouterr().err.splitlines()[-1]
