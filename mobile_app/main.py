"""Wiring: arguments, the device's parts, the tablet, the app."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from mobile_app.core.clock import reader
from mobile_app.core.tablet import Tablet
from mobile_app.device.desktop.camera import FolderCamera
from mobile_app.device.desktop.gps import ScriptedGps, read_track

ASSETS = Path(__file__).parent / "assets"


def main(words: Sequence[str] | None = None) -> None:
    asked = _asked(sys.argv[1:] if words is None else words)
    try:
        points = [] if asked.track is None else read_track(asked.track)
        asked.data_dir.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    # Kivy reads these when it is first imported: it would take our arguments for its own.
    os.environ |= {"KIVY_NO_ARGS": "1", "KIVY_NO_FILELOG": "1", "KIVY_USE_DEFAULTCONFIG": "1"}
    try:
        from mobile_app.app import RelightApp
        from mobile_app.device.desktop.bell import SpeakerBell
    except ImportError as error:
        print(f'The tablet needs Kivy ({error}): install the extra "tablet".', file=sys.stderr)
        sys.exit(1)

    read_clocks = reader()
    gps = ScriptedGps(read_clocks, points)
    tablet = Tablet(asked.data_dir, read_clocks, gps, model="desktop")
    RelightApp(tablet, SpeakerBell(ASSETS / "sounds" / "offer.wav"), FolderCamera(asked.photos), asked.server).run()


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("relight tablet", description="The crew's app in a desktop window.")
    parser.add_argument("--server", default="", help="Address of the server, such as http://127.0.0.1:8000.")
    parser.add_argument("--data-dir", type=Path, default=Path("data/tablet"), help="Folder that keeps the tablet.")
    parser.add_argument("--track", type=Path, help="File of positions, one lon,lat a line, in place of a receiver.")
    parser.add_argument("--photos", type=Path, help="Folder of pictures, in place of a camera.")
    return parser.parse_args(words)
