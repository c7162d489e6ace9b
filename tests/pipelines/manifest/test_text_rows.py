"""CSV as spreadsheets of any language write it."""

from pathlib import Path

import pytest

from pipelines.manifest.reader import Manifest, ManifestRow


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_columns_stand_between_commas_semicolons_or_tabs(
    tmp_path: Path, separator: str, end: str, mark: str
) -> None:
    lines = [
        ("video_id", "uri", "sound_filters", "note"),
        ("walk", "/a.mp4", '"rain: off, solo: water"', '"a;b,c\td"'),
    ]
    text = mark + "".join(separator.join(line) + end for line in lines)
    path = tmp_path / "m.csv"
    path.write_bytes(text.encode())
    ((row,),) = Manifest(str(path)).batches()
    assert isinstance(row, ManifestRow)
    assert (row.video_id, row.uri) == ("walk", "/a.mp4")
    assert row.wishes.sound_filters == "rain: off, solo: water"
    assert row.extra == {"note": "a;b,c\td"}
