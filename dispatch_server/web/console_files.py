"""The console's files, with a policy under which nothing foreign can run."""

from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
# A machine's own table of types may be empty or wrong; a module of the wrong type is not run.
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".md": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
_PINNED = "public, max-age=31536000, immutable"  # only where the address itself names the version: ?v=…
_ASK_AGAIN = "no-cache"


class ConsoleFiles(StaticFiles):
    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory, html=True, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Content-Security-Policy"] = CSP
        is_pinned = path.startswith("vendor") and scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = _PINNED if is_pinned else _ASK_AGAIN
        return response

    def file_response(self, full_path: Any, *args: Any, **more: Any) -> Response:
        response = super().file_response(full_path, *args, **more)
        kind = _TYPES.get(Path(full_path).suffix)
        if kind is not None and "content-type" in response.headers:
            response.headers["Content-Type"] = kind
        return response
