"""Claim: the demo is there in three seconds and small enough for any machine.

`relight demo --port 0`, set up already, on a fresh folder and on the same folder again: seconds to the READY line, and
memory after it has run for a while. The peer is the interpreter with the same libraries loaded and nothing done.

    python -m benchmarks.demo_start [--quick] [--repeat N]
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.servers import ROOT, Running, running
from benchmarks.tables import against, asked, say_where, table

LIBRARIES = "fastapi, uvicorn, sqlmodel, shapely, numpy, httptools, uvloop, argon2"
PEER = f"""
import {LIBRARIES}
from pathlib import Path
import resource
print(int(Path('/proc/self/statm').read_text().split()[1]) * resource.getpagesize() / 1e6)
"""


def main() -> None:
    options = asked(__doc__ or "")
    say_where()
    runs_s = 3 if options.quick else 60
    fresh, again = [], []
    with tempfile.TemporaryDirectory() as name:
        for n in range(options.repeat):
            folder = Path(name) / f"demo{n}"
            fresh.append(_start(folder, Path(name), 2)[0])
            # Memory is looked at once: after a minute it is the same each time.
            again.append(_start(folder, Path(name), runs_s if n == 0 else 0))
    rss, peak = again[0][1:]
    peer_s, peer_mb = _peer()
    table(
        ("", "to READY s", f"MB after {runs_s} s", "most MB"),
        [
            ("the libraries alone", peer_s, peer_mb, ""),
            ("relight demo, fresh folder", median(fresh), "", ""),
            ("relight demo, the same folder again", median(a[0] for a in again), rss, peak),
        ],
    )
    against("fresh folder to READY", median(fresh), 3.0, " s")
    against("the same folder again to READY", median(a[0] for a in again), 3.0, " s")
    against(f"memory after {runs_s} s", rss, 250.0, " MB")
    print(f"of the start of a fresh folder, {peer_s / median(fresh):.0%} is loading libraries")


def _start(folder: Path, logs: Path, runs_s: float) -> tuple[float, float, float]:
    """Seconds to READY, then memory and its peak after running for a while."""
    with running(("dispatch_server", "demo", "--port", "0", "--data-dir", str(folder)), logs / "demo.log") as demo:
        time.sleep(runs_s)
        return demo.ready_after_s, *_memory(demo)


def _memory(demo: Running) -> tuple[float, float]:
    return demo.rss_mb, demo.peak_rss_mb


def _peer() -> tuple[float, float]:
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", PEER], cwd=ROOT, check=True, capture_output=True, text=True)
    return time.perf_counter() - began, float(done.stdout)


if __name__ == "__main__":
    main()
