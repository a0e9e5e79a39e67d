"""Amap (高德) as a geocoder of geopy, which has none: the web service v3, positions in GCJ-02."""

import hashlib
from functools import partial
from typing import Any
from urllib.parse import urlencode

from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderParseError,
    GeocoderQueryError,
    GeocoderQuotaExceeded,
    GeocoderServiceError,
)
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location

# By the table of infocodes in the manual of the web service.
_ERRORS = {
    GeocoderAuthenticationFailure: "10001 10005 10006 10007 10008 10009 10013 10041",
    GeocoderInsufficientPrivileges: "10002 10012 10026",
    GeocoderQuotaExceeded: "10003 10004 10010 10014 10015 10019 10020 10021 10029 10044 10045 40000 40001 40002 40003",
    GeocoderQueryError: "20000 20001 20002 20011 20012",
}
_ERROR_OF = {code: error for error, codes in _ERRORS.items() for code in codes.split()}
_NOTHING_FOUND = "30001"  # ENGINE_RESPONSE_DATA_ERROR: what it answers to words that lead nowhere


class Amap(Geocoder):  # type: ignore[misc]
    """Geocoder using the Amap web service v3.

    Documentation at: https://lbs.amap.com/api/webservice/guide/api/georegeo
    """

    geocode_path = "/v3/geocode/geo"

    def __init__(
        self,
        api_key: str,
        *,
        domain: str = "restapi.amap.com",
        scheme: str | None = None,
        timeout: Any = DEFAULT_SENTINEL,
        proxies: Any = DEFAULT_SENTINEL,
        user_agent: str | None = None,
        ssl_context: Any = DEFAULT_SENTINEL,
        adapter_factory: Any = None,
        security_key: str | None = None,
    ) -> None:
        """`security_key` signs the questions where the key was set up so."""
        super().__init__(
            scheme=scheme,
            timeout=timeout,
            proxies=proxies,
            user_agent=user_agent,
            ssl_context=ssl_context,
            adapter_factory=adapter_factory,
        )
        self.api_key = api_key
        self.security_key = security_key
        self.api = f"{self.scheme}://{domain.strip('/')}{self.geocode_path}"

    def geocode(
        self, query: str, *, exactly_one: bool = True, timeout: Any = DEFAULT_SENTINEL, city: str | None = None
    ) -> Any:
        """`Location.raw` holds `level`, what was recognised: 门牌号, 兴趣点, 村庄, …"""
        params = {"key": self.api_key, "address": query, "output": "JSON"}
        if city:
            params["city"] = city
        callback = partial(self._parse_json, exactly_one=exactly_one)
        return self._call_geocoder(self._construct_url(params), callback, timeout=timeout)

    def _construct_url(self, params: dict[str, str]) -> str:
        if self.security_key is not None:
            plain = "&".join(f"{name}={value}" for name, value in sorted(params.items()))
            # The scheme of the provider; nothing here relies on the strength of the digest.
            params = {**params, "sig": hashlib.md5(f"{plain}{self.security_key}".encode()).hexdigest()}
        return f"{self.api}?{urlencode(params)}"

    def _parse_json(self, page: dict[str, Any], exactly_one: bool) -> Any:
        self._check_status(page)
        found = [self._parse_place(place) for place in page.get("geocodes") or []]
        if not found:
            return None
        return found[0] if exactly_one else found

    def _parse_place(self, place: dict[str, Any]) -> Location:
        lon, lat = place["location"].split(",")
        return Location(place.get("formatted_address"), (float(lat), float(lon)), place)

    def _check_status(self, page: dict[str, Any]) -> None:
        status, code = str(page.get("status")), str(page.get("infocode"))
        if status == "1" or code == _NOTHING_FOUND:
            return
        if status != "0":
            raise GeocoderParseError("No status in the answer.")
        raise _ERROR_OF.get(code, GeocoderServiceError)(f"Infocode {code[:8]}.")
