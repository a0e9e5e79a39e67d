"""What every part here needs of Android: the context, a system service by name, a complaint in words."""

from typing import Any

from jnius import JavaException, autoclass, cast

MIN_FOR_IS_MOCK = 31  # Android 12
MIN_FOR_TYPED_START = 29  # Android 10

_Activity = autoclass("org.kivy.android.PythonActivity")
_Service = autoclass("org.kivy.android.PythonService")
_Version = autoclass("android.os.Build$VERSION")

SDK = int(_Version.SDK_INT)


def context() -> Any:
    """The service's own in its process, the window's in the app's."""
    return cast("android.content.Context", _Service.mService or _Activity.mActivity)


def service_of(name: str, kind: str) -> Any:
    return cast(kind, context().getSystemService(name))


def name_of(error: JavaException) -> str:
    """The class of a Java exception without its package: SecurityException."""
    return str(error.classname or "").rpartition(".")[2]


def is_allowed(permission: str) -> bool:
    return bool(context().checkSelfPermission(f"android.permission.{permission}") == 0)
