"""What one running server serves: handed to `create_app`, kept on `app.state`, global nowhere."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from dispatch_server.services.ports import Territory
from dispatch_server.services.whole_board import WholeBoard
from dispatch_server.store.store import Store
from dispatch_server.web.live import Live
from dispatch_server.web.metrics import Metrics
from dispatch_server.web.sessions import Sessions
from dispatch_server.web.sign_in import Turnstile

CONSOLE_DIR = Path(__file__).parent / "console"


@dataclass(frozen=True, slots=True)
class HouseRules:
    """The settings that the web cares for."""

    session_lasts: timedelta = timedelta(hours=12)
    tablet_session_lasts: timedelta = timedelta(days=30)  # a crew may be out of coverage for a whole shift
    secure_cookie: bool = False  # true where the console is reached over https
    body_limit_bytes: int = 2_000_000
    heartbeat_s: float = 10.0
    hold_open_s: float = 25.0
    console_dir: Path = CONSOLE_DIR


@dataclass(frozen=True, slots=True)
class Served:
    """The store, the ground in force (asked anew by each request: a layer load replaces it), and what is kept warm."""

    store: Store
    territory: Callable[[], Territory]
    rules: HouseRules = field(default_factory=HouseRules)
    whole_board: WholeBoard = field(default_factory=WholeBoard)
    sessions: Sessions = field(init=False)
    live: Live = field(init=False)
    metrics: Metrics = field(init=False)
    turnstile: Turnstile = field(init=False)

    def __post_init__(self) -> None:
        sessions = Sessions(self.store)
        object.__setattr__(self, "sessions", sessions)
        object.__setattr__(self, "live", Live(self.store, sessions))
        object.__setattr__(self, "metrics", Metrics())
        object.__setattr__(self, "turnstile", Turnstile())
