"""A drill told: a table, rows in CSV and a picture in SVG."""

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from dispatch_server.drill.measures import ROW_NAMES, Figures, Row

SIMULATED = (
    "Simulated. Customers, roads and crews are invented. The time a crew takes to get ready was tuned once for own "
    "squad first, down to 2 min; Loudi's published 22/32/53 min of 2012 are not reached, as drives in the sample are "
    "longer. Compare policies by waiting and travel, which were not tuned."
)
REFERENCE = (
    "alone: the reference, not a bound: the drive if each outage were the only one and went at once to the crew "
    "nearest from its base."
)
HEAD = ("policy", "group", "outages", "mean", "median", "p90", "in time", "waiting", "travel", "alone", "not reached")
COLOURS = ("#0b6e99", "#c44e00", "#5b7a1f", "#7a3b8f", "#444444")
WIDE, HIGH, EDGE, GAP = 900, 260, 60, 70


def table(by_policy: Mapping[str, Sequence[Figures]]) -> list[str]:
    """Markdown, minutes with one decimal."""
    lines = [HEAD, *(_line(policy, one) for policy, several in by_policy.items() for one in several)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(HEAD))]
    told = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)) + " |" for line in lines]
    return [told[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *told[1:]]


def _line(policy: str, one: Figures) -> tuple[str, ...]:
    minutes = (one.mean_min, one.median_min, one.p90_min)
    parts = (one.waiting_min, one.travel_min, one.alone_min)
    return (
        policy,
        one.group,
        f"{one.outages:,}",
        *(f"{value:.1f}" for value in minutes),
        f"{100 * one.in_time:.1f} %",
        *(f"{value:.1f}" for value in parts),
        str(one.outages - one.arrived),
    )


def write_rows(file: Path, seed: int, by_policy: Mapping[str, Sequence[Row]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("seed", "policy", *ROW_NAMES))
        for policy, rows in by_policy.items():
            writer.writerows((seed, policy, *(_cell(getattr(row, name)) for name in ROW_NAMES)) for row in rows)


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, float):
        return f"{value:.6g}" if value < 100 else f"{value:.2f}"
    return "" if value is None else value


def write_plot(file: Path, title: str, by_policy: Mapping[str, Sequence[Row]]) -> None:
    """Above, how many outages had been reached after so many minutes; below, how many waited at each moment."""
    reached = {policy: _reached(rows) for policy, rows in by_policy.items()}
    waiting = {policy: _waiting(rows) for policy, rows in by_policy.items()}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {2 * (HIGH + GAP) + 40}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="100%" height="100%" fill="white"/><text x="{EDGE}" y="22" font-size="15">{escape(title)}</text>',
        *_panel(40, reached, "minutes after the call", "outages reached, %"),
        *_panel(40 + HIGH + GAP, waiting, "hours after the first call", "outages without a crew on site"),
        "</svg>",
    ]
    file.write_text("\n".join(parts), encoding="utf-8")


Curve = list[tuple[float, float]]


def _reached(rows: Sequence[Row]) -> Curve:
    minutes = sorted(row.minutes for row in rows if row.minutes is not None)
    return [(0.0, 0.0), *((one, 100 * (n + 1) / len(rows)) for n, one in enumerate(minutes))]


def _waiting(rows: Sequence[Row]) -> Curve:
    if not rows:
        return []
    begins = min(row.called_at for row in rows)
    changes = [(row.called_at, 1) for row in rows] + [
        (row.arrived_at, -1) for row in rows if row.arrived_at is not None
    ]
    curve, level = [(0.0, 0.0)], 0
    for at, change in sorted(changes):
        hour = (at - begins) / timedelta(hours=1)
        curve += [(hour, level), (hour, level + change)]
        level += change
    return curve


def _panel(top: float, curves: Mapping[str, Curve], across: str, up: str) -> list[str]:
    points = [point for curve in curves.values() for point in curve]
    most_x = max((x for x, _ in points), default=1.0) or 1.0
    most_y = max((y for _, y in points), default=1.0) or 1.0
    foot, width = top + HIGH, WIDE - 2 * EDGE
    parts = [f'<path d="M{EDGE},{top} V{foot} H{WIDE - EDGE}" fill="none" stroke="#333"/>']
    for n in range(6):
        x, y = EDGE + width * n / 5, foot - HIGH * n / 5
        parts.append(f'<text x="{x:.0f}" y="{foot + 16}" text-anchor="middle">{most_x * n / 5:.3g}</text>')
        parts.append(f'<text x="{EDGE - 6}" y="{y + 4:.0f}" text-anchor="end">{most_y * n / 5:.3g}</text>')
    parts.append(f'<text x="{WIDE / 2}" y="{foot + 34}" text-anchor="middle">{across}</text>')
    parts.append(f'<text x="{EDGE + 8}" y="{top + 12}">{up}</text>')
    for n, (policy, curve) in enumerate(curves.items()):
        colour = COLOURS[n % len(COLOURS)]
        line = " ".join(f"{EDGE + width * x / most_x:.1f},{foot - HIGH * y / most_y:.1f}" for x, y in curve)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        parts.append(f'<text x="{WIDE - EDGE - 90}" y="{top + 30 + 16 * n}" fill="{colour}">{escape(policy)}</text>')
    return parts
