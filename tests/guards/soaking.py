"""How long the guards run: a minute in `make test`; many times that in `make soak`, where they are picked by mark."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

SOAKING = os.environ.get("RELIGHT_SOAK") == "1"

# Every guard bears the mark, so that `-m soak` runs the same test for longer; without RELIGHT_SOAK it is short.
soak = pytest.mark.soak


def times(usually: int, in_the_soak: int) -> int:
    return in_the_soak if SOAKING else usually


def searching(examples: int, steps: int = 50, soak_times: int = 20) -> settings:
    """Hypothesis settings: the same lives on every run in CI, fresh ones in the soak. Shrinking may take its time."""
    return settings(
        max_examples=times(examples, examples * soak_times),
        stateful_step_count=steps,
        derandomize=not SOAKING,
        database=None,
        deadline=None,
        print_blob=True,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
