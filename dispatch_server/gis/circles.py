"""Circles of doubt on the map: which area holds the middle, which further ones are touched."""

from collections.abc import Sequence
from dataclasses import replace

from dispatch_server.domain.places import Area, Place, PlaceNames
from dispatch_server.gis import told
from dispatch_server.gis.layers import AreaShape
from dispatch_server.gis.zones import Zones
from dispatch_server.protocol.geo import LonLat
from dispatch_server.protocol.words import PlaceMethod, Sure


class Circles:
    def __init__(self, zones: Zones, version: str) -> None:
        self.zones = zones
        self.version = version

    def around(self, at: LonLat, method: PlaceMethod, sure: Sure, radius_m: float) -> Place:
        """Without an area, and in doubt, where the middle lies outside the territory."""
        shape, touched = self.zones.around(at, radius_m)
        if shape is None:
            place = self._place(at, method, Sure.DOUBTFUL, radius_m, None, None, touched)
            return replace(place, note=told.outside(method, self.zones.nearest(at)))
        return self._place(at, method, sure, radius_m, names_in(shape), shape.area, touched)

    def of_area(
        self, at: LonLat, method: PlaceMethod, sure: Sure, radius_m: float, names: PlaceNames, area: Area | None
    ) -> Place:
        """Where the register says to which area it belongs, wherever its middle lies."""
        return self._place(at, method, sure, radius_m, names, area, self.zones.touched_by(at, radius_m))

    def _place(
        self,
        at: LonLat,
        method: PlaceMethod,
        sure: Sure,
        radius_m: float,
        names: PlaceNames | None,
        area: Area | None,
        touched: Sequence[Area],
    ) -> Place:
        return Place(
            method=method,
            sure=sure,
            lon=at.lon,
            lat=at.lat,
            radius_m=radius_m,
            names=names,
            area=area,
            other_areas=tuple(a for a in touched if a != area) if area is not None else (),
            layers_version=self.version,
        )


def names_in(shape: AreaShape | None) -> PlaceNames:
    return PlaceNames() if shape is None else PlaceNames(shape.county, shape.township, shape.area.name)
