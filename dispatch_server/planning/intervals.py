"""What a few samples say of a mean."""

from scipy.special import stdtrit


def quantile_of_t(freedom: int, share: float) -> float:
    """Of Student's distribution with so many degrees of freedom."""
    return float(stdtrit(freedom, share))
