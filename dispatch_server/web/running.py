"""One server process: uvicorn with our own log of requests, since its own would write query strings."""

import gc
import logging
import signal
import socket
import threading
from collections.abc import Callable

import uvicorn

from dispatch_server.memory import give_back
from dispatch_server.web.app import create_app
from dispatch_server.web.served import Served

BACKLOG = 2048
LEAVE_WITHIN_S = 5  # held-open feeds do not keep a server from stopping
COLLECTED_AFTER = (50_000, 20, 100)  # objects, then times: a request makes a thousand and drops them by itself
_log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """Tells its address once it answers, and lets go of held-open lines when it stops."""

    def __init__(self, config: uvicorn.Config, served: Served, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._served = served
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        _leave_alone_what_stays()
        if self.started and not self.should_exit:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._served.live.close()
        await super().shutdown(sockets)


def run_server(served: Served, host: str, port: int, ready: Callable[[str], None]) -> bool:
    """Serves until a signal ends it. False when the port cannot be had. `port` 0 picks a free one."""
    try:
        listening = _listen(host, port)
    except OSError as error:
        _log.error("Cannot listen on %s:%d: %s", host, port, error.strerror)
        return False
    with listening:
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listening.getsockname()[1]}"
        config = uvicorn.Config(
            create_app(served), access_log=False, log_config=None, timeout_graceful_shutdown=LEAVE_WITHIN_S
        )
        _leave_signals_to_uvicorn()
        _Server(config, served, lambda: ready(url)).run(sockets=[listening])
    return True


def _leave_alone_what_stays() -> None:
    """The map and the code stay as long as the server. Looking through them again for garbage took a tenth of a second,
    in which nobody was answered."""
    gc.collect()
    give_back()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


def _leave_signals_to_uvicorn() -> None:
    """It raises a signal again once it has shut down; what stands around the server still has to close then."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=BACKLOG, reuse_port=False)
    listening.set_inheritable(True)
    return listening
