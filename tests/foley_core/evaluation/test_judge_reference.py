"""Facts about what generated sounds are compared with: held-out recordings, apart from the rest."""

from judged import MATERIALS, small_reference


def test_a_reference_keeps_held_out_recordings_apart() -> None:
    reference = small_reference()
    assert reference.jury.classes.keys() | {*reference.left_out} <= MATERIALS.keys()
    for name in reference.jury.classes:
        held = {e.file for e in reference.held[name]}
        assert held.isdisjoint(e.file for e in reference.training[name])


def test_only_impacts_have_a_rise_time() -> None:
    assert set(small_reference().rises_ms) <= {"drop"}
