"""Makes sounds/*.wav with the standard library alone: `python mobile_app/assets/make_sounds.py`."""

import wave
from array import array
from collections.abc import Iterator, Sequence
from math import pi, sin
from pathlib import Path

HERE = Path(__file__).parent / "sounds"
RATE = 22_050
LOUDEST = 30_000
FADE_S = 0.008  # without it every tone begins and ends with a click

Tone = tuple[float, float]  # hertz (0 is silence), seconds

# An offer cuts through an engine: two tones a fifth apart, in the range where a small speaker and an ear are strongest.
SOUNDS: dict[str, Sequence[Tone]] = {
    "offer": [(1760, 0.16), (2637, 0.16)] * 3 + [(0, 0.35)],
}


def samples(tones: Sequence[Tone]) -> Iterator[int]:
    for hertz, seconds in tones:
        count = int(RATE * seconds)
        for n in range(count):
            fade = min(1.0, n / (RATE * FADE_S), (count - n) / (RATE * FADE_S))
            # A third harmonic makes a plain sine audible through a case and a glove box.
            swing = sin(2 * pi * hertz * n / RATE) + 0.3 * sin(6 * pi * hertz * n / RATE)
            yield int(LOUDEST * fade * swing / 1.3)


def main() -> None:
    HERE.mkdir(exist_ok=True)
    for name, tones in SOUNDS.items():
        with wave.open(str(HERE / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(array("h", samples(tones)).tobytes())


if __name__ == "__main__":
    main()
