"""Wiring: the only file that knows every adapter."""

import gc
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dispatch_server.clock import Clock, utc_now
from dispatch_server.domain.people import COMMAND_LINE, OFFERING
from dispatch_server.domain.rules import Mode, Policy, read_policy
from dispatch_server.gis.geocoder_terms import read_terms
from dispatch_server.gis.travel import RoadTravel
from dispatch_server.services.coverage import prepare
from dispatch_server.services.layers import load_layers, territory_from
from dispatch_server.services.learning import SPEEDS, learned_speeds
from dispatch_server.services.offering import take_up_waiting
from dispatch_server.services.ports import Territory
from dispatch_server.services.whole_board import WholeBoard
from dispatch_server.settings import BadSetting, Settings
from dispatch_server.store.layers import any_layers
from dispatch_server.store.opening import open_store
from dispatch_server.store.people import versions
from dispatch_server.store.roots import all_roots, root_key
from dispatch_server.store.store import Store
from dispatch_server.store.work import Work
from dispatch_server.workers.housekeeping import EVERY_S, Housekeeping
from dispatch_server.workers.learning import EVERY_S as LEARNING_EVERY_S
from dispatch_server.workers.learning import LearningSpeeds
from dispatch_server.workers.planning import PAUSE_S as PLANNING_PAUSE_S
from dispatch_server.workers.planning import Planning
from dispatch_server.workers.running import Repeated
from dispatch_server.workers.ticker import Ticker

if TYPE_CHECKING:
    from dispatch_server.gis.geocoder import RemoteGeocoder
    from dispatch_server.gis.locator import MapLocator
    from dispatch_server.gis.routing_http import RoutingService
    from dispatch_server.web.served import Served

DEFAULT_POLICY = Path(__file__).parent / "policy.toml"
GROUND_WATCH_S = 0.5  # to look costs nothing; reading a new map takes a second more
log = logging.getLogger(__name__)


class NoMap(Exception):
    """There is no map to place calls on; the sentence says how to load one."""


class Ground:
    """The ground in force. A layer load by anybody replaces it within two seconds; Works under way keep theirs."""

    def __init__(
        self,
        store: Store,
        policy: Policy,
        services: "Sequence[RoutingService]" = (),
        made: "MapLocator | None" = None,
    ) -> None:
        """`made` is the map that was just loaded, where it was: making it anew would cost a second."""
        self._made = made
        self._store = store
        self._policy = policy
        self._services = services
        self._version = self._speeds = -1
        self.refresh()

    def __call__(self) -> Territory:
        return self._territory

    def refresh(self) -> int:
        """Reads the layers, and what was learned of speeds, again when they changed; gives 0: nothing more waits."""
        now = self._store.read(versions)
        version, speeds = now.get("layers", 0), now.get(SPEEDS, 0)
        if version != self._version:
            made, self._made = self._made, None
            with _without_sweeps():
                found = self._store.read(lambda reading: territory_from(reading, self._policy, made))
            self._territory = self._routed(found)
        if (version, speeds) != (self._version, self._speeds):
            learned = self._store.read(lambda reading: learned_speeds(reading, self._policy))
            self._territory.travel.take_up(learned)
        self._version, self._speeds = version, speeds
        return 0

    def _routed(self, territory: Territory) -> Territory:
        """Services are asked before our own roads, where the settings name some; httpx is loaded only then."""
        if not self._services:
            return territory
        from dispatch_server.gis.routing_services import ServicesFirst

        assert isinstance(territory.travel, RoadTravel)
        return replace(territory, travel=ServicesFirst(territory.travel, self._services, self._policy))

    def watch(self) -> int:
        """As `refresh`; the roads are made ready before the first crew is asked to drive on them."""
        self.refresh()
        self._territory.travel.prepare()
        prepare(self._territory, self._store.clock())
        return 0


@dataclass(frozen=True, slots=True)
class Wired:
    """A store with its ground, ready for servers, tickers and commands."""

    settings: Settings
    store: Store
    ground: Ground
    geocoders: "tuple[RemoteGeocoder, ...]" = ()
    whole_board: WholeBoard = field(default_factory=WholeBoard)

    def served(self) -> "Served":
        from dispatch_server.web.served import HouseRules, Served

        rules = HouseRules(
            session_lasts=timedelta(hours=self.settings.session_hours), secure_cookie=self.settings.secure_cookies
        )
        return Served(self.store, self.ground, rules, self.whole_board)

    def _signing_key(self) -> bytes | None:
        """A new key beside roots that another one signed would look like a journal written anew: none is made then."""
        file = self.settings.key_file
        if file.exists() or not self.store.read(all_roots):
            return root_key(file)
        log.warning(
            "No daily root is signed: there is no key at %s, and earlier roots bear one. Bring root.key from where it "
            "was made; if it is lost for good, see docs/deploying.md.",
            file,
        )
        return None

    @contextmanager
    def ground_watched(self) -> Iterator[None]:
        watching = Repeated("ground", self.ground.watch, GROUND_WATCH_S, first_s=GROUND_WATCH_S).start()
        try:
            yield
        finally:
            watching.stop()

    @contextmanager
    def ticking(self) -> Iterator[None]:
        """Enforcement, offers, housekeeping and other people's geocoders, each in a thread of its own."""
        ticker = Ticker(self.store, self.ground, self.whole_board)
        chores = Housekeeping(
            self.store,
            timedelta(days=self.settings.positions_days),
            timedelta(days=self.settings.personal_days),
            self.ground().policy.zone,
            self._signing_key,
            timedelta(days=self.settings.geocoder_days),
        )
        enforcing, offering = Repeated("ticker", ticker.enforce), Repeated("offering", ticker.offer)
        keeping = Repeated("housekeeping", chores.once, EVERY_S)
        self.store.work(OFFERING, lambda work: take_up_waiting(work, self.ground()))
        # Deadlines lie in the future and are looked at four times a second; a call is to be offered at once.
        if self.ground().policy.mode is Mode.AUTO:
            self.store.on_change(offering.wake)
        learning = Repeated("learning", LearningSpeeds(self.store, self.ground).once, LEARNING_EVERY_S)
        running = [
            thread.start() for thread in (enforcing, offering, keeping, learning, *self._planning(), *self._placing())
        ]
        try:
            yield
        finally:
            for thread in running:
                thread.stop()

    def _planning(self) -> list[Repeated]:
        """In suggest mode a plan is made when a dispatcher asks for it."""
        if self.ground().policy.mode is not Mode.AUTO:
            return []
        return [Repeated("planning", Planning(self.store, self.ground, self.whole_board).once, PLANNING_PAUSE_S)]

    def _placing(self) -> list[Repeated]:
        """Nobody is asked unless the settings name somebody; the libraries for it are loaded only then."""
        if not self.geocoders:
            return []
        from dispatch_server.workers.placing import Placing

        asking = Placing(self.store, self.ground, self.geocoders, timedelta(days=self.settings.geocoder_days))
        return [Repeated("placing", asking.once)]


@contextmanager
def wired(settings: Settings, clock: Clock = utc_now, policy_text: str | None = None) -> Iterator[Wired]:
    """Opens the store, loads the first map when there is none, and closes everything at the end."""
    policy = policy_of(settings, policy_text)
    geocoders, services = geocoders_of(settings), routing_of(settings)
    store = open_store(settings.url, clock)
    try:
        with _without_sweeps():
            ground = Ground(store, policy, services, _load_first_map(store, settings.gis_dir))
        yield Wired(settings, store, ground, geocoders)
    finally:
        store.close()


@contextmanager
def store_of(settings: Settings, clock: Clock = utc_now) -> Iterator[Store]:
    """For commands that need no map."""
    store = open_store(settings.url, clock)
    try:
        yield store
    finally:
        store.close()


def policy_of(settings: Settings, text: str | None = None) -> Policy:
    said = text
    if said is None:
        said = "" if settings.policy is None else settings.policy.read_text(encoding="utf-8")
    return read_policy(said, DEFAULT_POLICY.read_text(encoding="utf-8"), settings.timezone)


def geocoders_of(settings: Settings) -> "tuple[RemoteGeocoder, ...]":
    """Raises BadGeocoders before anything is served; loads geopy only where somebody is to be asked."""
    if settings.geocoders is None:
        return ()
    terms = read_terms(settings.geocoders)
    from dispatch_server.gis.geocoder import RemoteGeocoder

    return tuple(RemoteGeocoder(one) for one in terms)


def routing_of(settings: Settings) -> "tuple[RoutingService, ...]":
    """In the order in which they are asked."""
    named = [(name, url) for name, url in (("osrm", settings.osrm_url), ("valhalla", settings.valhalla_url)) if url]
    for name, url in named:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise BadSetting(f"RELIGHT_{name.upper()}_URL is {url!r}; it must be like http://127.0.0.1:5000.")
    if not named:
        return ()
    from dispatch_server.gis.routing_http import Osrm, Valhalla

    makers: dict[str, Callable[[str, float], RoutingService]] = {"osrm": Osrm, "valhalla": Valhalla}
    return tuple(makers[name](url, settings.routing_timeout_ms / 1000) for name, url in named)


@contextmanager
def _without_sweeps() -> Iterator[None]:
    """Reading the layers makes a million objects and no garbage: looking for it took 0.6 s of 1.9."""
    sweeps = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if sweeps:
            gc.enable()


def _load_first_map(store: Store, gis_dir: Path | None) -> "MapLocator | None":
    """The map, where it was loaded now."""
    if store.read(any_layers):
        return None
    if gis_dir is None:
        raise NoMap("No map is loaded yet. Run: relight gis load DIR, or name a folder in RELIGHT_GIS_DIR.")
    folder = gis_dir

    def load(work: Work) -> "MapLocator | None":
        work.lock("layers")  # of several servers that start at once, one loads
        return None if any_layers(work) else load_layers(work, folder)

    return store.work(COMMAND_LINE, load)
