"""From the sign-in to the closed job, by touch alone, against a running server."""

from tests.mobile_app.screens.conftest import Van


def test_a_life_of_a_job(van: Van) -> None:
    van.sign_in()
    van.go_on_duty()
    van.is_offered(words="sparks at the pole")
    assert van.device.is_ringing
