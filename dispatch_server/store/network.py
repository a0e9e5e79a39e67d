"""Questions about the network as it was loaded: where a service transformer stands, whom it feeds."""

from dataclasses import dataclass

from dispatch_server.protocol.geo import LonLat
from dispatch_server.store.questions import Question
from dispatch_server.store.work import Reading

_TRANSFORMER = Question("SELECT code, name, feeder, lon, lat, customers FROM transformers WHERE code = :code")


@dataclass(frozen=True, slots=True)
class Transformer:
    code: str
    name: str
    feeder: str
    at: LonLat
    customers: int


def transformer(reading: Reading, code: str | None) -> Transformer | None:
    found = None if code is None else reading.row(_TRANSFORMER, code=code)
    return None if found is None else Transformer(found[0], found[1], found[2], LonLat(found[3], found[4]), found[5])
