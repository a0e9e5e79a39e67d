"""Two small invented counties side by side, their limits a hair apart between two points where they touch."""

import shapely

from gis_data.making.flat import map_to_km
from gis_data.making.world import County, Inputs, Township, Village

SOUTH, NORTH, BORDER, GAP_DEG = 27.65, 27.78, 111.65, 0.0001


def inputs() -> Inputs:
    bay = [(BORDER, NORTH), (BORDER + GAP_DEG, 27.70), (BORDER, SOUTH)]
    counties = [
        County("990001", "河西县", map_to_km(shapely.box(111.50, SOUTH, BORDER, NORTH))),
        County("990002", "河东县", map_to_km(shapely.Polygon([*bay, (111.80, SOUTH), (111.80, NORTH)]))),
    ]
    townships: list[Township] = []
    villages: list[Village] = []
    for county in counties:
        for n, name in enumerate(("城关街道", "上坪镇", "下坪镇", "石门乡")):
            code = f"{county.code}{n:03d}"
            townships.append(Township(code, name, county.code))
            villages.extend(_villages(code, communities=4 if n == 0 else 1, others=0 if n == 0 else 8))
    seats = {county.code: (county.shape.centroid.x, county.shape.centroid.y) for county in counties}
    return Inputs(counties, townships, villages, seats, {})


def _villages(township: str, communities: int, others: int) -> list[Village]:
    return [
        *(Village(f"{township}{n:03d}", f"{n}号社区", f"{n}号社区", township) for n in range(1, communities + 1)),
        *(Village(f"{township}{200 + n}", f"第{n}村", f"第{n}村委会", township) for n in range(1, others + 1)),
    ]
