"""What every script prints: the machine, a table, and lines that set a figure against its aim."""

import argparse
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path


def asked(about: str) -> argparse.Namespace:
    """The options all scripts share."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a smoke run of a few seconds; its figures mean little")
    parser.add_argument("--repeat", type=int, default=3, help="rounds; medians are reported (default 3)")
    options = parser.parse_args()
    if options.quick:
        options.repeat = 1
    return options


def say_where() -> None:
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {os.cpu_count()} cores, {cpu} · Python {platform.python_version()}"
    )
    print(f"load average before the run: {load} (above {os.cpu_count()}, others share the machine)\n")


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Markdown, so that it can be pasted as it is."""
    texts = [[_text(cell) for cell in row] for row in rows]
    widths = [max(len(row[n]) for row in [list(head), *texts]) for n in range(len(head))]
    for row in (list(head), ["-" * width for width in widths], *texts):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
    print()


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.2f}" if abs(cell) < 10 else f"{cell:.1f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def against(what: str, figure: float, aim: float, unit: str = "", *, at_least: bool = False) -> None:
    """One line: a figure, its aim, and whether it was met."""
    met = figure >= aim if at_least else figure <= aim
    wanted = f"at {'least' if at_least else 'most'} {_text(aim)}{unit}"
    print(f"{'met   ' if met else 'MISSED'}  {what}: {_text(figure)}{unit} (aim: {wanted})")


def resident_mb() -> float:
    """Of this process, now."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))) / 1024
