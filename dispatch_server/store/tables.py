"""The schema. A state table holds the fold of its subject's facts in `body`, columns derived from it, its public JSON
in `shown` where boards are made of it, and the count and seal of its chain. What is personal stands in tables of its
own, outside the journal. A change here needs a migration beside it; a test compares the two."""

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

BIG = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER


def key() -> Any:
    """A BIGINT primary key that numbers itself."""
    return Field(default=None, sa_column=Column("id", BIG, primary_key=True, autoincrement=True))


def big(*, nullable: bool = False, index: bool = False, primary_key: bool = False, **more: Any) -> Any:
    column: Column[Any] = Column(
        BIG, nullable=nullable, index=index, primary_key=primary_key, autoincrement=False, **more
    )
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def table_of(row: type[SQLModel]) -> Table:
    """The SQLAlchemy table behind a row class."""
    return SQLModel.metadata.tables[str(row.__tablename__)]


class FactRow(SQLModel, table=True):
    """The journal, in the order of `seq`: the order of the commits, on both databases."""

    __tablename__ = "facts"
    __table_args__ = (UniqueConstraint("subject_kind", "subject_id", "n", name="one_fact_per_place_in_the_chain"),)
    seq: int = Field(default=None, sa_column=Column(BIG, primary_key=True, autoincrement=True))
    subject_kind: str
    subject_id: int = big()
    n: int
    kind: str
    body: str = Field(sa_column=Column(Text, nullable=False))
    said_by: str
    happened_at_us: int = big()
    measured_at_us: int | None = big(nullable=True)
    recorded_at_us: int = big()
    seal: str


class CallRow(SQLModel, table=True):
    __tablename__ = "calls"
    __table_args__ = (UniqueConstraint("channel", "external_ref", name="one_call_per_external_ref"),)
    id: int = key()
    number: str
    state: str
    category: str
    channel: str
    external_ref: str | None = None
    received_at_us: int = big(index=True)
    outage_id: int | None = big(nullable=True, index=True)
    place_id: int | None = big(nullable=True)
    body: str = Field(sa_column=Column(Text, nullable=False))
    fact_count: int
    seal: str


class CallParticulars(SQLModel, table=True):
    """What the caller said about himself, at first and `again`; deletable, hence not in the journal."""

    __tablename__ = "call_particulars"
    call_id: int = big(primary_key=True)
    caller_name: str | None = None
    caller_phone: str | None = Field(default=None, index=True)
    account_no: str | None = None
    address: str | None = None
    words: str | None = None
    recording_id: str | None = None
    pin: str | None = None
    again: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class PlaceRow(SQLModel, table=True):
    """Every place a call was ever put; the call names the one that holds."""

    __tablename__ = "places"
    id: int = key()
    call_id: int = big(index=True)
    lon: float | None = None
    lat: float | None = None
    radius_m: float
    body: str = Field(sa_column=Column(Text, nullable=False))
    made_at_us: int = big()
    said_by: str


class OutageRow(SQLModel, table=True):
    """`site_lon`, `site_lat` repeat the place for grouping and the map; they are not part of the fold."""

    __tablename__ = "outages"
    __table_args__ = (
        Index("outages_on_transformer", "transformer", "state"),
        Index("outages_by_site", "state", "site_lat", "site_lon"),
        Index("outages_by_state", "state", "id"),
        Index("outages_by_first_call", "first_call_at_us"),
    )
    id: int = key()
    number: str
    state: str
    area_class: str | None = None
    priority: str
    transformer: str | None = None
    feeder: str | None = None
    first_call_at_us: int = big()
    last_call_at_us: int = big()
    arrive_by_us: int = big()
    arrived_at_us: int | None = big(nullable=True)
    restored_at_us: int | None = big(nullable=True)
    place_id: int | None = big(nullable=True)
    site_lon: float | None = None
    site_lat: float | None = None
    district: str | None = None
    body: str = Field(sa_column=Column(Text, nullable=False))
    shown: str = Field(sa_column=Column(Text, nullable=False))
    fact_count: int
    seal: str


class JobRow(SQLModel, table=True):
    __tablename__ = "jobs"
    __table_args__ = (Index("jobs_of_crew", "crew_id", "state"), Index("jobs_of_outage", "outage_id", "state"))
    id: int = key()
    outage_id: int = big()
    crew_id: int = big()
    state: str
    overridden_at_us: int | None = big(nullable=True, index=True)
    body: str = Field(sa_column=Column(Text, nullable=False))
    shown: str = Field(sa_column=Column(Text, nullable=False))
    fact_count: int
    seal: str


class DutyRow(SQLModel, table=True):
    """On or off duty; the fold of a crew's duty facts."""

    __tablename__ = "duties"
    id: int = big(primary_key=True)
    on_duty: bool
    aboard: int
    since_us: int = big()
    body: str = Field(sa_column=Column(Text, nullable=False))
    fact_count: int
    seal: str


class DeadlineRow(SQLModel, table=True):
    """What falls due when. A row is taken in the same Work that records what was done about it."""

    __tablename__ = "deadlines"
    __table_args__ = (Index("deadlines_by_due", "due_at_us"),)
    kind: str = Field(primary_key=True)
    subject_id: int = big(primary_key=True)
    rung: int = Field(primary_key=True, default=0)
    due_at_us: int = big()


class ActionRow(SQLModel, table=True):
    """Every action as it came, with the one answer it was given."""

    __tablename__ = "actions"
    __table_args__ = (Index("actions_of_job", "job_id"),)
    action_id: str = Field(primary_key=True)
    crew_id: int = big()
    device_id: str
    seq: int = big()
    job_id: int | None = big(nullable=True)
    kind: str
    digest: str
    body: str = Field(sa_column=Column(Text, nullable=False))
    verdict: str
    sentence: str
    received_at_us: int = big()


class PositionRow(SQLModel, table=True):
    """Tracks, kept only on shift and deleted by age."""

    __tablename__ = "positions"
    __table_args__ = (Index("positions_of_crew", "crew_id", "fixed_at_us"),)
    id: int = key()
    crew_id: int = big()
    fixed_at_us: int = big()
    lon: float
    lat: float
    accuracy_m: float
    provider: str
    is_mock: bool
    speed_mps: float | None = None
    received_at_us: int = big()


class StretchRow(SQLModel, table=True):
    """One stretch that some crew drove on one class of road within one hour. It does not say which crew, nor where."""

    __tablename__ = "stretches_driven"
    id: int = key()
    hour_us: int = big(index=True)
    road_class: str
    hours: int
    weather: str
    metres: float
    seconds: float


class HourLearned(SQLModel, table=True):
    """The hours whose tracks were read for speeds: each once, whoever does it."""

    __tablename__ = "hours_learned"
    hour_us: int = big(primary_key=True)
    stretches: int


class CrewHeard(SQLModel, table=True):
    """The last position of each crew and when it was last heard of."""

    __tablename__ = "crews_heard"
    crew_id: int = big(primary_key=True)
    heard_at_us: int = big()
    fixed_at_us: int | None = big(nullable=True)
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None


class DeviceRow(SQLModel, table=True):
    """`wall_error_us`: device wall clock minus server clock when its boot was last heard of."""

    __tablename__ = "devices"
    device_id: str = Field(primary_key=True)
    crew_id: int = big(primary_key=True)
    boot_id: str
    wall_error_us: int = big()
    heard_at_us: int = big()


class CrewRow(SQLModel, table=True):
    __tablename__ = "crews"
    id: int = key()
    code: str = Field(unique=True)
    name: str
    squad: str
    county: str
    skills: str
    people: int
    vehicle: str
    depot_lon: float
    depot_lat: float
    suspended: bool = False
    permit_kv: float | None = None
    gear: str | None = None


class ShiftRow(SQLModel, table=True):
    __tablename__ = "shifts"
    crew_id: int = big(primary_key=True)
    day_of_week: int = Field(primary_key=True)
    starts_min: int = Field(primary_key=True)
    ends_min: int


class AccountRow(SQLModel, table=True):
    __tablename__ = "accounts"
    account_no: str = Field(primary_key=True)
    meter_no: str | None = Field(default=None, index=True)
    transformer: str | None = Field(default=None, index=True)
    name: str
    phone: str | None = Field(default=None, index=True)
    address: str
    lon: float
    lat: float
    important: bool
    kind: str
    no_night_calls: bool = False


class TransformerRow(SQLModel, table=True):
    __tablename__ = "transformers"
    code: str = Field(primary_key=True)
    name: str
    feeder: str
    area_code: str
    lon: float
    lat: float
    customers: int


class LayerFile(SQLModel, table=True):
    """The map as it was loaded, file by file: any server can read the same version."""

    __tablename__ = "layer_files"
    version: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    sha256: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    loaded_at_us: int = big()


class LayerLoad(SQLModel, table=True):
    """Every load, the newest of which holds; `held` counts what was in it. A version may be loaded more than once."""

    __tablename__ = "layer_loads"
    id: int = key()
    version: str
    loaded_at_us: int = big()
    said_by: str
    held: str = Field(sa_column=Column(Text, nullable=False))


class UserRow(SQLModel, table=True):
    __tablename__ = "users"
    id: int = key()
    name: str = Field(unique=True)
    role: str
    crew_id: int | None = big(nullable=True)
    password_hash: str
    disabled: bool = False


class SessionRow(SQLModel, table=True):
    """Only the digest of a token is kept."""

    __tablename__ = "sessions"
    token_digest: str = Field(primary_key=True)
    user_id: int = big(index=True)
    expires_at_us: int = big()


class ReadingRow(SQLModel, table=True):
    """Who looked at which person, and when."""

    __tablename__ = "readings"
    id: int = key()
    at_us: int = big()
    who: str
    what: str
    about: str


class VersionRow(SQLModel, table=True):
    """Bumped by whoever changes what servers keep in memory; they watch it."""

    __tablename__ = "versions"
    name: str = Field(primary_key=True)
    n: int = big()


class PlacingRow(SQLModel, table=True):
    """A call that other geocoders are asked about: claimed until `due_at_us`, then anybody's; settled without one."""

    __tablename__ = "placings"
    __table_args__ = (Index("placings_by_due", "due_at_us"),)
    call_id: int = big(primary_key=True)
    tries: int
    due_at_us: int | None = big(nullable=True)


class GeocodedRow(SQLModel, table=True):
    """What another geocoder answered: positions only. What was asked is kept as a salted digest, and both by age."""

    __tablename__ = "geocoded"
    digest: str = Field(primary_key=True)
    source: str
    body: str = Field(sa_column=Column(Text, nullable=False))
    asked_at_us: int = big(index=True)


class GeocoderCount(SQLModel, table=True):
    """How often each geocoder was asked and what came of it, over all servers and tickers."""

    __tablename__ = "geocoder_counts"
    source: str = Field(primary_key=True)
    outcome: str = Field(primary_key=True)
    n: int = big()


class SaltRow(SQLModel, table=True):
    """Random texts that make digests worthless outside this database."""

    __tablename__ = "salts"
    name: str = Field(primary_key=True)
    salt: str


class DailyRoot(SQLModel, table=True):
    """A signed digest over all chains up to a cursor, chained to the root before."""

    __tablename__ = "daily_roots"
    day: str = Field(primary_key=True)
    upto_seq: int = big()
    facts: int = big()
    root: str
    signature: str
    made_at_us: int = big()
