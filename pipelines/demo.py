"""`foley demo`: sample videos rendered by the project itself, soundtracked for two regions."""

from pathlib import Path

from rich.table import Table

from foley_core.storage.store import Storage
from foley_core.world.samples import render_sample, sample_videos
from pipelines.cells import csv_bytes
from pipelines.config import Job
from pipelines.metadata.commits import read_metadata
from pipelines.run import run_catalogue
from pipelines.screen import screen
from pipelines.summary import print_summary

DEMO_REGIONS = ("neutral", "japan")


def run_demo(output: Path) -> int:
    """Render, run, print a table and the paths to listen to and look at; the exit code."""
    output = output.absolute()
    manifest = render_catalogue(output)
    job = Job.model_validate(
        {
            "manifest": str(manifest),
            "output": str(output),
            "regions": DEMO_REGIONS,
            "delivery": {"muxed": True, "stems": True},
        }
    )
    summary = run_catalogue(job)
    print_tracks(Storage(job.output))
    print_summary(summary, job.output)
    print(f"listen: {output}/tracks   look and listen: {output}/muxed   stems: {output}/stems")
    return summary.exit_code


def render_catalogue(folder: Path) -> Path:
    """Return the manifest of the sample videos; a video that is there already is kept.

    Raises:
        UnwritableError: nothing can be written to the folder.
    """
    console = screen(stderr=True)
    Storage(str(folder)).check_writable()
    videos = folder / "videos"
    videos.mkdir(parents=True, exist_ok=True)
    manifest = folder / "manifest.csv"
    rows = []
    for sample in sample_videos():
        path = videos / f"{sample.name}.mp4"
        if not path.exists():
            console.print(f"rendering {sample.name}: {sample.title}")
            part = path.with_name(f"{path.stem}.rendering.mp4")
            render_sample(sample.name, part)
            part.rename(path)
        uri = f"videos/{path.name}"
        rows.append({"video_id": sample.name, "uri": uri, "title": sample.title})
    manifest.write_bytes(csv_bytes(("video_id", "uri", "title"), rows))
    return manifest


def print_tracks(store: Storage) -> None:
    """Print the metadata as a table, one line a track, and then the paths of the tracks."""
    table = Table("video", "region", "status", "cues", "LUFS", "seconds")
    paths = []
    for row in sorted(
        read_metadata(store).to_pylist(), key=lambda row: (row["manifest_row"], row["region"])
    ):
        loudness = row["loudness_lufs"]
        table.add_row(
            row["video_id"],
            row["region"],
            row["status"],
            str(len(row["cues"] or [])),
            "–" if loudness is None else f"{loudness:.1f}",
            f"{sum(value or 0.0 for value in (row['seconds'] or {}).values()):.1f}",
        )
        if row["track_uri"]:
            paths.append(row["track_uri"])
    screen().print(table)
    # Beside the table, and not in it: a path that is folded cannot be copied.
    print("\n".join(paths))
