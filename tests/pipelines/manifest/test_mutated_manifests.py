"""Damaged manifests and sidecars give a reason, never another error; `make faults` reads 600."""

import mutations_of_manifests


def test_forty_mutated_files_are_read_or_refused_by_a_sentence() -> None:
    assert list(mutations_of_manifests.faults(range(42))) == []


def test_a_seed_gives_the_same_file() -> None:
    assert mutations_of_manifests.mutated(9) == mutations_of_manifests.mutated(9)
