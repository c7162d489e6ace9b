"""Nothing runs before the licence is accepted, and its territory is held to."""

import pytest

from foley_core.errors import CheckpointError
from foley_core.models.hunyuan.licence import LICENCE, LIMITS, refusal_of, require_acceptance


def test_an_accepted_licence_lets_a_model_run() -> None:
    require_acceptance("hunyuan-xxl", LICENCE)


@pytest.mark.parametrize("accepted", [None, "", "yes", "tencent-hunyuan-community"])
def test_without_acceptance_the_limits_are_shown_with_the_way_to_accept(
    accepted: str | None,
) -> None:
    with pytest.raises(CheckpointError) as caught:
        require_acceptance("hunyuan-xxl", accepted)
    said = str(caught.value)
    assert all(limit in said for limit in LIMITS)
    assert f'accept_licence = "{LICENCE}"' in said
    assert f"--accept-licence {LICENCE}" in said


@pytest.mark.parametrize(
    ("countries", "refused"),
    [(("NO", "IS"), None), ((), None), (("FR", "CH"), "FR"), (("KR",), "KR"), (("GB",), "GB")],
)
def test_countries_outside_the_territory_are_refused(
    countries: tuple[str, ...], refused: str | None
) -> None:
    said = refusal_of(countries)
    assert (said is None) == (refused is None)
    assert refused is None or refused in str(said)
