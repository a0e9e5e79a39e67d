"""The distribution areas, for maps."""

from fastapi import Request, Response

from dispatch_server.web.deps import API, EVERY_ROLE, asked_of, guarded_router, open_to

router = guarded_router(f"{API}/areas", "areas")

GEOJSON = "application/geo+json"
PROPERTIES = 2  # grows with what an area says, so that no browser keeps an answer of before


@router.get(
    "",
    summary="Distribution areas as GeoJSON",
    **open_to(
        *EVERY_ROLE,
        answers={
            200: {
                "description": "Properties `code`, `name`, `area_class`, `township`, `county`.",
                "content": {GEOJSON: {}},
            },
            304: {"description": "Not changed."},
        },
    ),
)
async def get_areas(request: Request) -> Response:
    """Some megabytes that change with a layer load only: send `If-None-Match`."""
    locator = asked_of(request).territory.locator
    tag = f'"{PROPERTIES}-{locator.version}"'
    kept = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=kept)
    return Response(locator.areas_geojson(), headers=kept, media_type=GEOJSON)
