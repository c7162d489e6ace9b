"""Pictures with faces and plates: what their boxes promise can be seen."""

import numpy as np

from foley_core.world.people_and_plates import sensitive_picture


def test_a_plate_behind_a_person_is_none_that_could_be_found() -> None:
    # In this picture somebody stands before the whole plate.
    hidden = sensitive_picture(100_049)
    assert hidden.faces
    assert not hidden.plates
    shown = [picture for n in range(1, 40) if (picture := sensitive_picture(n)).plates]
    assert shown
    for picture in shown:
        left, top, wide, high = picture.plates[0]
        inside = picture.rgb[top : top + high, left : left + wide].astype(np.float32).mean(axis=2)
        # Letters stand out from their ground.
        assert np.ptp(np.percentile(inside, [2, 98])) > 40
