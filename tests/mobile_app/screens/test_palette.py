"""Read in full sun and at night: no text is fainter than 7:1, in either theme."""

from dataclasses import fields

import pytest

from mobile_app.screens.palette import FAINTEST, LOOKS, READ_ON, Look, contrast


def test_black_on_white_is_as_far_as_it_goes() -> None:
    assert contrast((0, 0, 0, 1), (1, 1, 1, 1)) == pytest.approx(21)
    assert contrast((1, 1, 1, 1), (1, 1, 1, 1)) == pytest.approx(1)
    assert contrast((0x76 / 255,) * 3 + (1,), (1, 1, 1, 1)) == pytest.approx(4.54, abs=0.01)  # W3C's own example


@pytest.mark.parametrize("theme", LOOKS)
@pytest.mark.parametrize(("ink", "ground"), READ_ON)
def test_every_ink_stands_out_from_every_ground_it_is_read_on(theme: str, ink: str, ground: str) -> None:
    look = LOOKS[theme]
    assert contrast(getattr(look, ink), getattr(look, ground)) >= FAINTEST


def test_every_role_is_used_as_an_ink_or_a_ground() -> None:
    named = {role for pair in READ_ON for role in pair}
    assert {f.name for f in fields(Look)} - named <= {"line", "map_edge", "map_road", "map_main_road"}
