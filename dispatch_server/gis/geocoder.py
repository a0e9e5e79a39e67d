"""Other people's geocoders, asked through geopy. Slow and not to be trusted: never inside a Work."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any

from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderParseError,
    GeocoderQuotaExceeded,
    GeocoderServiceError,
    GeocoderTimedOut,
    GeocoderUnavailable,
)

from dispatch_server.domain.other_geocoders import Finding
from dispatch_server.gis.datums import to_wgs84
from dispatch_server.gis.geocoder_http import TooLarge
from dispatch_server.gis.geocoder_providers import MOST_ANSWERS, PROVIDERS
from dispatch_server.gis.geocoder_terms import Terms
from dispatch_server.protocol.geo import LonLat

# geopy logs every question with its address and key, and answers with what they repeat of it.
logging.getLogger("geopy").setLevel(logging.CRITICAL + 1)

_NOWHERE = LonLat(0.0, 0.0)  # what geopy makes of a position that is null


class Why(StrEnum):
    """Why there is no answer, as the log says it."""

    LATE = "did not answer in time"
    AWAY = "cannot be reached, or shows no certificate that is trusted"
    TOO_MANY = "was asked too often, or its quota is used up"
    KEY_REFUSED = "refuses the key; look into its console and at key_file"
    UNREADABLE = "answered what cannot be read"
    TOO_LARGE = "answered far too much"
    FAILED = "answered with an error"


# The first that fits: the finer error before the one it is derived from.
_WHY = (
    (GeocoderQuotaExceeded, Why.TOO_MANY),
    (GeocoderAuthenticationFailure, Why.KEY_REFUSED),
    (GeocoderInsufficientPrivileges, Why.KEY_REFUSED),
    (GeocoderTimedOut, Why.LATE),
    (GeocoderUnavailable, Why.AWAY),
    (TooLarge, Why.TOO_LARGE),
    (GeocoderParseError, Why.UNREADABLE),
    (GeocoderServiceError, Why.FAILED),
    (Exception, Why.UNREADABLE),
)


@dataclass(frozen=True, slots=True)
class NotAnswered(Exception):
    """Says neither what was asked nor what came: both may hold an address or a key."""

    why: Why
    retry_after_s: float | None = None


class RemoteGeocoder:
    """One provider on its terms."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.name = terms.name
        self._provider = PROVIDERS[terms.provider]
        self._geocoder = self._provider.make(terms)

    def ask(self, words: str) -> tuple[Finding, ...]:
        """Where the words may mean, the best first; empty when it knows nothing. Takes seconds."""
        try:
            return self._findings(self._provider.ask(self._geocoder, self.terms, self._question(words)))
        except Exception as error:
            why = next(why for kind, why in _WHY if isinstance(error, kind))
            raise NotAnswered(why, getattr(error, "retry_after", None)) from None

    def _question(self, words: str) -> str:
        said = " ".join(words.split())
        region = self.terms.region
        return said if not region or region in said else f"{region}{said}"

    def _findings(self, answered: Any) -> tuple[Finding, ...]:
        several: Iterable[Any] = answered if isinstance(answered, list) else [] if answered is None else [answered]
        return tuple(self._finding(location) for location in list(several)[:MOST_ANSWERS])

    def _finding(self, location: Any) -> Finding:
        said = LonLat(float(location.longitude), float(location.latitude))
        radius_m, vague = self._provider.precision(said, location.raw)
        at = to_wgs84(said, self.terms.datum)
        if not isfinite(radius_m) or said == _NOWHERE:
            raise ValueError("no place")
        return Finding(at.lon, at.lat, radius_m, vague)
