"""The tables of things name known sounds, places and materials, and every kind once."""

import csv
from importlib.resources import files

from foley_core.cues.taxonomy import taxonomy
from foley_core.models.embedded.short_cues import apart_s, per_s
from foley_core.models.embedded.sightings import BOX_KINDS, THINGS, sightings


def rows(name: str) -> list[dict[str, str]]:
    text = files("foley_core.models.embedded").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_every_kind_stands_in_the_table() -> None:
    kinds = {(row["source"], int(row["index"])) for row in rows("sightings.csv")}
    assert kinds == {("imagenet", n) for n in range(THINGS)} | {
        ("coco", n) for n in range(BOX_KINDS)
    }


def test_names_are_those_of_the_taxonomy() -> None:
    known = taxonomy()
    for row in rows("sightings.csv"):
        assert not row["sound_class"] or known.classes[row["sound_class"]].kind != "ambience"
        assert not row["place"] or known.classes[row["place"]].kind == "ambience"
        assert row["material"] in ("", *known.materials)
    assert {row["sound_class"] for row in rows("base_rates.csv")} <= set(sightings().sounds)
    assert {*apart_s(), *per_s()} <= set(sightings().sounds)


def test_weights_are_shares() -> None:
    table = sightings()
    for weights in (table.things, table.boxes):
        assert weights.sounds.min() >= 0
        assert weights.sounds.max() <= 1
        assert weights.places.max() <= 1
        assert (weights.moving <= weights.sounds).all()
    assert (table.base_rate >= 0).all()


def test_a_dog_makes_a_dogs_sound_and_an_engine_runs_without_moving() -> None:
    table = sightings()
    assert table.boxes.sounds[16].argmax() == table.sounds.index("dog_bark")
    assert {"car_engine", "fan"} <= table.still
    assert "footstep_walk" not in table.still
