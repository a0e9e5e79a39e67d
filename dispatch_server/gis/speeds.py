"""How long a metre takes, and how long a drive may be."""

# Across the largest prefecture and back. Beyond it nobody is sent, and searching on would only cost time.
HORIZON_MIN = 480.0


def minutes_per_metre(kmh: float) -> float:
    return 0.06 / kmh
