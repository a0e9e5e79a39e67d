"""The server process: uvicorn with our settings, which says when it is ready and where."""

import asyncio
from collections.abc import Callable

import uvicorn

from dispatch_server.web.app import create_app
from dispatch_server.web.served import Served

Ready = Callable[[str], None]


class _SaysWhenReady(uvicorn.Server):
    """Calls `ready` with the address once the port is bound: with port 0 nobody knows it before."""

    def __init__(self, config: uvicorn.Config, ready: Ready) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            self._ready(f"http://{shown}:{port}")


def run_server(served: Served, host: str, port: int, ready: Ready) -> bool:
    """Serves until a signal ends it. False when it could not start (the port is taken)."""
    config = uvicorn.Config(
        create_app(served),
        host=host,
        port=port,
        log_config=None,
        access_log=False,  # the address of a look-up may name a person
        server_header=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=75,  # longer than a tablet's pause between two polls
    )
    server = _SaysWhenReady(config, ready)
    try:
        asyncio.run(server.serve())
    except SystemExit:
        return False
    return bool(server.started)
