"""How much is left, and whether the van is charging it."""

from mobile_app.device.android.java import service_of

_CAPACITY = 4  # BatteryManager.BATTERY_PROPERTY_CAPACITY


class AndroidBattery:
    def __init__(self) -> None:
        self._manager = service_of("batterymanager", "android.os.BatteryManager")

    def percent(self) -> int | None:
        left = int(self._manager.getIntProperty(_CAPACITY))
        return left if 0 <= left <= 100 else None  # a device without a gauge answers the least integer

    def is_charging(self) -> bool:
        return bool(self._manager.isCharging())
