"""What glibc is told about memory. With another C library nothing is told, and nothing breaks."""

import ctypes
import platform

_M_ARENA_MAX = -8  # malloc.h


def keep_one_heap() -> None:
    """Before the first thread: each would get a heap of its own and leave 35 MB in pieces. Under one interpreter lock
    they do not wait for each other there."""
    if (libc := _glibc()) is not None:
        libc.mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Reading the layers leaves free heap behind, some 25 MB at Loudi; it is kept for later unless asked for."""
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None
