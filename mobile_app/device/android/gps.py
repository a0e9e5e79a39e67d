"""The receiver and the network's guess, each with all that the evidence needs: provider, accuracy, times, mock flag."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from jnius import JavaException, PythonJavaClass, autoclass, java_method

from dispatch_server.protocol.messages import Fix
from dispatch_server.protocol.words import Provider
from mobile_app.device.android.java import MIN_FOR_IS_MOCK, SDK, is_allowed, name_of, service_of

PROVIDERS = ("gps", "network")
NOT_ALLOWED = (
    "The app may not read the position. Allow it in the tablet's settings: Apps, Relight, Permissions, Location."
)
SWITCHED_OFF = "The position is switched off on this tablet. Switch Location on in its settings."
NO_RECEIVER = "This tablet has no GPS receiver; the network's guess proves nothing about a street."
UNKNOWN_ACCURACY_M = 1_000.0  # a reading that does not say how good it is proves nothing: graded as declared
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_Looper = autoclass("android.os.Looper")


class AndroidGps:
    """A listener for each provider: with one for both, a provider that is switched off would silence the other."""

    def __init__(self) -> None:
        self._manager = service_of("location", "android.location.LocationManager")
        self._listeners: list[Listener] = []  # Java keeps no hold on them; without ours they would be swept away

    def start(self, heard: Callable[[Fix], None], every_s: float) -> None:
        self.stop()
        present = list(self._manager.getAllProviders().toArray())
        for provider in (p for p in PROVIDERS if p in present):
            listener = Listener(heard)
            try:
                self._manager.requestLocationUpdates(
                    provider, int(every_s * 1000), 0.0, listener, _Looper.getMainLooper()
                )
            except JavaException as error:
                if name_of(error) != "SecurityException":
                    raise
                return  # `trouble` says it
            self._listeners.append(listener)

    def stop(self) -> None:
        for listener in self._listeners:
            self._manager.removeUpdates(listener)
        self._listeners = []

    def trouble(self) -> str:
        if not is_allowed("ACCESS_FINE_LOCATION"):
            return NOT_ALLOWED
        if "gps" not in list(self._manager.getAllProviders().toArray()):
            return NO_RECEIVER
        return "" if self._manager.isProviderEnabled("gps") else SWITCHED_OFF


class Listener(PythonJavaClass):
    """Every method of the interface: a call of one that is not there would end the process."""

    __javainterfaces__ = ["android/location/LocationListener"]

    def __init__(self, heard: Callable[[Fix], None]) -> None:
        super().__init__()
        self._heard = heard

    @java_method("(Landroid/location/Location;)V")
    def onLocationChanged(self, location: Any) -> None:
        self._heard(fix_of(location))

    @java_method("(Ljava/util/List;)V", name="onLocationChanged")
    def onLocationsChanged(self, locations: Any) -> None:
        """Since Android 12: several at once, the oldest first."""
        for n in range(locations.size()):
            self._heard(fix_of(locations.get(n)))

    @java_method("(Ljava/lang/String;)V")
    def onProviderEnabled(self, provider: str) -> None:
        """`trouble` asks anew each time."""

    @java_method("(Ljava/lang/String;)V")
    def onProviderDisabled(self, provider: str) -> None:
        """`trouble` asks anew each time."""

    @java_method("(Ljava/lang/String;ILandroid/os/Bundle;)V")
    def onStatusChanged(self, provider: str, status: int, extras: Any) -> None:
        """Of older Androids; says nothing that we need."""

    @java_method("(I)V")
    def onFlushComplete(self, request: int) -> None:
        """We never ask for it."""


def fix_of(location: Any) -> Fix:
    """`getElapsedRealtimeNanos` is of the counter that `CLOCK_BOOTTIME` reads; `getTime` is the satellites' own."""
    return Fix(
        lon=float(location.getLongitude()),
        lat=float(location.getLatitude()),
        accuracy_m=float(location.getAccuracy()) if location.hasAccuracy() else UNKNOWN_ACCURACY_M,
        fixed_at=_EPOCH + timedelta(milliseconds=int(location.getTime())),
        provider=_provider_of(str(location.getProvider())),
        is_mock=bool(location.isMock() if SDK >= MIN_FOR_IS_MOCK else location.isFromMockProvider()),
        elapsed_ms=int(location.getElapsedRealtimeNanos()) // 1_000_000,
        speed_mps=float(location.getSpeed()) if location.hasSpeed() else None,
    )


def _provider_of(name: str) -> Provider:
    """Anything else Android may name is a guess put together from several, as `fused` is."""
    return Provider(name) if name in {p.value for p in Provider} else Provider.FUSED
