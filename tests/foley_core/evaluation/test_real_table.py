"""Tables of real clips say what is heard, which onsets are listed, and what may be judged."""

from math import inf
from pathlib import Path

import pytest

from foley_core.errors import ConfigError
from foley_core.evaluation.real_table import ListedClip, listed_clips, shared_sources, source_of

HEAD = "clip_id,file,has_audio,description,sounds,ambience,onset_kind,strong_onsets_s,sync_note\n"


def table(folder: Path, *rows: str, head: str = HEAD, name: str = "clips.csv") -> Path:
    path = folder / name
    path.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def one(folder: Path, line: str, head: str = HEAD) -> ListedClip:
    return listed_clips([table(folder, line, head=head)])[0]


def test_the_main_sound_is_the_first_of_the_list(tmp_path: Path) -> None:
    clip = one(tmp_path, "a,v/a.mp4,yes,A pug.,dog bark;dog whine,room,impulsive,1.0;2.5,ok")
    assert (clip.heard, clip.main, clip.ambience) == ("dog bark;dog whine", "dog bark", "room")
    assert (clip.onsets_s, clip.onset_list) == ((1.0, 2.5), "complete")
    assert (clip.table, clip.path) == ("clips", tmp_path / "v" / "a.mp4")


def test_an_older_table_says_it_in_a_prompt_and_a_description(tmp_path: Path) -> None:
    head = "clip_id,file,has_audio,description,prompt,strong_onsets_s,sync_note\n"
    clip = one(tmp_path, "a,a.mp4,yes,It barks.,small dog,,n/a", head)
    assert (clip.heard, clip.main, clip.ambience) == ("small dog It barks.", "small dog", "")
    assert clip.onset_list == "continuous"


def test_a_table_of_onsets_alone_names_nothing(tmp_path: Path) -> None:
    clip = one(tmp_path, "a,a.mp4,yes,0.5", "clip_id,file,has_audio,strong_onsets_s\n")
    assert (clip.heard, clip.main, clip.onset_list) == ("", "", "complete")


@pytest.mark.parametrize(
    ("end", "onset_list"),
    [
        ("impulsive,0.1,PARTIAL LIST (loudest)", "partial"),
        ("impulsive,0.1,OFFSET: distance", "late"),
        ("sustained,,n/a", "continuous"),
        ("none,,commentary over the track", "unknown"),
    ],
)
def test_the_note_says_what_a_list_is_good_for(tmp_path: Path, end: str, onset_list: str) -> None:
    assert one(tmp_path, f"a,a.mp4,yes,text,sea,sea,{end}").onset_list == onset_list


def test_a_silent_clip_has_no_onsets_to_judge(tmp_path: Path) -> None:
    assert one(tmp_path, "a,a.mp4,no,text,sea,sea,sustained,,n/a").onset_list == "unknown"


def test_several_tables_are_read_one_after_the_other(tmp_path: Path) -> None:
    first = table(tmp_path, "a,a.mp4,yes,t,sea,sea,none,,n/a")
    second = table(tmp_path, "a,a.mp4,yes,t,sea,sea,none,,n/a", name="more.csv")
    read = listed_clips([first, second])
    assert [(clip.name, clip.table) for clip in read] == [("a", "clips"), ("a", "more")]


def test_clips_of_one_source_share_it() -> None:
    assert source_of("stick_sofa") == source_of("stick_bag") == "drumstick_hits"
    assert source_of("pool_shot") == "pool_shot"
    assert "congas" in shared_sources()


def test_a_list_may_end_before_its_clip(tmp_path: Path) -> None:
    assert one(tmp_path, "b,b.mp4,yes,t,hit,room,impulsive,1.0,ok").judged_until_s == inf
    scratched = "stick_dry_leaves,b.mp4,yes,t,hit,room,impulsive,1.0,ok"
    assert one(tmp_path, scratched).judged_until_s == 5.75


@pytest.mark.parametrize("text", ["clip_id,file\na,b.mp4\n", None])
def test_what_is_no_table_of_clips_is_named(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "clips.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"clips\.csv"):
        listed_clips([path])


def test_an_onset_that_is_no_number_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"clips\.csv"):
        one(tmp_path, "a,a.mp4,yes,t,sea,sea,impulsive,early,ok")
