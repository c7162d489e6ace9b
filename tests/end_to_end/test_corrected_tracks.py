"""The loop: run, look, correct, run for Japan. Only what was touched is made again.

The job runs with weights of its own from beginning to end.
"""

import csv
import io
import json
import subprocess
from fractions import Fraction
from pathlib import Path

import jobs
import pytest
import videos
from jobs import Catalogue
from networks import own_perception
from typer.testing import CliRunner

from foley_core.cues.corrections import with_ids
from foley_core.cues.sheet import Cue
from foley_core.errors import FoleyError
from foley_core.models.embedded.perception_net import ACTIONS
from foley_core.models.embedded.weights_folder import EmbeddedWeights, find_weights
from foley_core.soundtrack.span import Span
from foley_core.soundtrack.stored_detection import FEATURES_VERSION, load_detection
from foley_core.soundtrack.stored_features import feature_key
from pipelines.cli import app, exit_code_of
from pipelines.corrections.feedback import read_dataset

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """A job on three videos. Two were looked at before it, and given cues that moving squares do
    not make; the third it sees for itself."""
    folder = tmp_path_factory.mktemp("corrections")
    own_perception(folder / "own")
    rows = [
        {"video_id": name, "uri": str(videos.render(folder / f"{name}.mp4", seconds=2 + n / 25))}
        for n, name in enumerate(("a", "b", "c"))
    ]
    made = jobs.catalogue(folder, rows, settings='model_path = "own"\n')
    for row in rows[:2]:
        jobs.soundtracked_alone(row, Path(made.output), "", model_path=str(folder / "own"))
    for item in [*made.store.list("metadata/"), *made.store.list("asked/")]:
        made.store.delete(item.key)  # the job shall make its own tracks
    found = [item.key for item in made.store.list(f"features/v{FEATURES_VERSION}/")]
    detections = [key for key in found if key.endswith(".json")]
    assert len(detections) == 2
    for key in detections:
        seen = load_detection(made.store, key)
        taps = [Cue("action", "tap", "wood", 9600 * n, 9600 * n + 36_000) for n in (1, 4)]
        sheet = with_ids(seen.sheet.with_cues([*seen.sheet.cues, *taps]))
        made.store.put(key, type(seen)(sheet, seen.motion_energy).to_bytes())
    # Which weights are meant travels to workers as one small object, see the weights' own tests.
    assert made.run_here().exit_code == 0, made.told
    assert {row["detection"] for row in made.rows()} > set(detections)
    return made


@pytest.fixture(scope="module")
def own(done: Catalogue) -> EmbeddedWeights:
    return find_weights(done.folder / "own")


def foley(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*jobs.FOLEY, *arguments],
        cwd=jobs.ROOT,
        env=jobs.job_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=840,
    )


def told(*arguments: str) -> tuple[int, str]:
    """Exit code and words of a command that runs in this process."""
    ended = CliRunner().invoke(app, arguments)
    if isinstance(ended.exception, FoleyError):
        return exit_code_of(ended.exception), str(ended.exception)
    return ended.exit_code, ended.stdout


def test_weights_of_one_s_own_are_used_and_stand_in_row_and_file(
    done: Catalogue, own: EmbeddedWeights, tmp_path: Path
) -> None:
    shipped = find_weights()
    row = done.rows()[2]
    span = Span(row["source_identity"], Fraction(0), Fraction(52, 25))
    encoders = [weights.perception_identity() for weights in (own, shipped)]
    keys = [feature_key(span, 0, span.steps, encoder) for encoder in encoders]
    assert [done.store.exists(key) for key in keys] == [True, False]
    assert row["features_computed"] == 1
    assert row["model_sha256"] == own.digest("full") != shipped.digest("full")
    assert own.label("full").encode() in done.store.read("tracks/region=neutral/c.wav")[:2000]
    alone = jobs.soundtracked_alone(row, tmp_path, "", model_path=str(done.folder / "own"))
    assert alone == row["track_sha256"]


def test_the_loop(done: Catalogue, own: EmbeddedWeights, tmp_path: Path) -> None:
    assert "00:00:00:05" in told("cues", "show", "a", "-o", done.output)[1]
    sheet = tmp_path / "a.csv"
    assert told("cues", "export", "a", "-o", done.output, "--to", str(sheet))[0] == 0
    rows = list(csv.DictReader(io.StringIO(sheet.read_text())))
    tap = next(row for row in rows if row["sound_class"] == "tap")
    tap |= {"op": "relabel", "sound_class": "splash", "material": "", "by": "ana", "why": "water"}
    fixed = tmp_path / "fixed.csv"
    with fixed.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    before = {(row["video_id"], row["region"]): row for row in done.rows()}
    said = foley("correct", str(fixed), "-o", done.output)
    assert said.returncode == 0, said.stderr
    after = {(row["video_id"], row["region"]): row for row in done.rows()}
    former, now = before["a", "neutral"], after["a", "neutral"]
    assert after["b", "neutral"] == before["b", "neutral"]
    assert now["track_sha256"] != former["track_sha256"]
    assert (now["corrections"], now["features_computed"]) == (1, 0)
    assert now["stems_generated"] == 2
    assert now["model_sha256"] == own.digest("full")
    assert {cue["sound_class"] for cue in now["cues"]} >= {"splash", "tap"}
    assert [ACTIONS[lesson.action] for lesson in read_dataset(done.output, own)] == ["splash"]
    kept = f"versions/region=neutral/a/{former['track_sha256'][:16]}"
    assert len(done.store.read(f"{kept}.wav")) == former["track_bytes"]
    assert json.loads(done.store.read(f"{kept}.json"))["track_sha256"] == former["track_sha256"]
    assert "applied before" in told("correct", str(fixed), "-o", done.output)[1]
    assert len(list(done.store.list("corrections/"))) == 1
    assert done.run_here(regions=("japan",)).exit_code == 0
    japan = next(r for r in done.rows() if (r["video_id"], r["region"]) == ("a", "japan"))
    assert "splash" in {cue["sound_class"] for cue in japan["cues"]}
    assert (japan["model_sha256"], japan["features_computed"]) == (own.digest("full"), 0)


def test_slips_are_told_and_nothing_is_applied(done: Catalogue, tmp_path: Path) -> None:
    entries = len(list(done.store.list("corrections/")))
    path = tmp_path / "c.csv"
    path.write_text("video_id,op,cue,by\na,delete,00000000,ana\n")
    code, said = told("correct", str(path), "-o", done.output)
    assert code == 2
    assert "row 1, cue: unknown cue '00000000'" in said
    path.write_text("video_id,op,cue,by\naa,delete,00000000,ana\n")
    assert "did you mean 'a'" in told("correct", str(path), "-o", done.output)[1]
    assert len(list(done.store.list("corrections/"))) == entries
