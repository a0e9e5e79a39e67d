"""The whole app in a real window, through real touches, against a real server. Set before Kivy is first imported:"""

import os

os.environ.update(KIVY_NO_ARGS="1", KIVY_LOG_MODE="PYTHON", KIVY_USE_DEFAULTCONFIG="1")
if not os.environ.get("DISPLAY"):
    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
