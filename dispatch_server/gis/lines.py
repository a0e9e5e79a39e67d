"""Tens of thousands of records that are seldom asked for: sorted lines of text, a tenth of the memory of objects."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

_BETWEEN = "\x1f"  # the unit separator of ASCII, which no layer has in its texts


class Lines:
    """Each record is found by its first fields."""

    def __init__(self, records: Iterable[Sequence[object]]) -> None:
        lines = [_line(record).encode() for record in records]
        self._lines = np.sort(np.array(lines, dtype=np.bytes_)) if lines else np.array([], dtype="S1")

    def starting(self, *fields: object) -> Iterator[list[str]]:
        """All fields of every record that begins with these."""
        beginning = (_line(fields) + _BETWEEN).encode()
        for n in range(int(np.searchsorted(self._lines, beginning)), len(self._lines)):
            line = bytes(self._lines[n])
            if not line.startswith(beginning):
                return
            yield line.decode().split(_BETWEEN)


def _line(fields: Sequence[object]) -> str:
    return _BETWEEN.join(map(str, fields))
