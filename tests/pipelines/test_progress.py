"""Without a terminal, progress is lines: one for each phase, and the last count always."""

import pytest

from pipelines.progress import progress_for


def test_a_log_gets_a_line_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_for(3) as progress:
        progress.advance([{"status": "ok"}, {"status": "set_aside"}])
        progress.advance([{"status": "ok"}])
    assert "3 of 3 soundtracks, 1 set aside" in capsys.readouterr().err.splitlines()[-1]


def test_a_log_gets_one_line_for_each_phase(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_for() as progress:
        progress.begin("reading the manifest")
        progress.expect(2)
        progress.begin("looking")
        progress.begin("looking")
        progress.say("walk: perceive")
    said = [line.partition(",")[0] for line in capsys.readouterr().err.splitlines()]
    assert said == ["reading the manifest", "looking"]
