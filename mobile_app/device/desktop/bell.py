"""The loudspeaker of a computer."""

from pathlib import Path
from typing import Any

from kivy.core.audio import SoundLoader


class SpeakerBell:
    """Where no sound can be played the full-screen offer must do."""

    def __init__(self, sound: Path) -> None:
        self._sound: Any = SoundLoader.load(str(sound))

    def ring(self) -> None:
        if self._sound is not None and self._sound.state != "play":
            self._sound.loop = True
            self._sound.play()

    def hush(self) -> None:
        if self._sound is not None:
            self._sound.stop()
