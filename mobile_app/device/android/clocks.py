"""The name of this boot, where the kernel's own is out of an app's reach."""

from jnius import autoclass

from mobile_app.device.android.java import context

_Global = autoclass("android.provider.Settings$Global")


def boot_id() -> str:
    """Android counts its boots since it was set up; app and service read the same number."""
    return f"boot-{_Global.getInt(context().getContentResolver(), 'boot_count')}"
