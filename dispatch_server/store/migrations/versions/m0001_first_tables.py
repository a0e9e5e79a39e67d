"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("account_no", sa.String(), nullable=False),
        sa.Column("meter_no", sa.String(), nullable=True),
        sa.Column("transformer", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("important", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("no_night_calls", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_no"),
    )
    op.create_index("ix_accounts_meter_no", "accounts", ["meter_no"])
    op.create_index("ix_accounts_phone", "accounts", ["phone"])
    op.create_index("ix_accounts_transformer", "accounts", ["transformer"])

    op.create_table(
        "actions",
        sa.Column("action_id", sa.String(), nullable=False),
        sa.Column("crew_id", BIG, autoincrement=False, nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("job_id", BIG, autoincrement=False, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("received_at_us", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("action_id"),
    )
    op.create_index("actions_of_job", "actions", ["job_id"])

    op.create_table(
        "call_particulars",
        sa.Column("call_id", BIG, autoincrement=False, nullable=False),
        sa.Column("caller_name", sa.String(), nullable=True),
        sa.Column("caller_phone", sa.String(), nullable=True),
        sa.Column("account_no", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("recording_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("call_id"),
    )
    op.create_index("ix_call_particulars_caller_phone", "call_particulars", ["caller_phone"])

    op.create_table(
        "calls",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("external_ref", sa.String(), nullable=True),
        sa.Column("received_at_us", BIG, autoincrement=False, nullable=False),
        sa.Column("outage_id", BIG, autoincrement=False, nullable=True),
        sa.Column("place_id", BIG, autoincrement=False, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("fact_count", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "external_ref", name="one_call_per_external_ref"),
    )
    op.create_index("ix_calls_outage_id", "calls", ["outage_id"])
    op.create_index("ix_calls_received_at_us", "calls", ["received_at_us"])

    op.create_table(
        "crews",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("squad", sa.String(), nullable=False),
        sa.Column("county", sa.String(), nullable=False),
        sa.Column("skills", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("vehicle", sa.String(), nullable=False),
        sa.Column("depot_lon", sa.Float(), nullable=False),
        sa.Column("depot_lat", sa.Float(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "crews_heard",
        sa.Column("crew_id", BIG, autoincrement=False, nullable=False),
        sa.Column("heard_at_us", BIG, autoincrement=False, nullable=False),
        sa.Column("fixed_at_us", BIG, autoincrement=False, nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("crew_id"),
    )
    op.create_table(
        "daily_roots",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("upto_seq", BIG, autoincrement=False, nullable=False),
        sa.Column("facts", BIG, autoincrement=False, nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("made_at_us", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "deadlines",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", BIG, autoincrement=False, nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("due_at_us", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject_id", "rung"),
    )
    op.create_index("deadlines_by_due", "deadlines", ["due_at_us"])

    op.create_table(
        "devices",
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("crew_id", BIG, autoincrement=False, nullable=False),
        sa.Column("boot_id", sa.String(), nullable=False),
        sa.Column("wall_error_us", BIG, autoincrement=False, nullable=False),
        sa.Column("heard_at_us", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("device_id", "crew_id"),
    )
    op.create_table(
        "duties",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("on_duty", sa.Boolean(), nullable=False),
        sa.Column("aboard", sa.Integer(), nullable=False),
        sa.Column("since_us", BIG, autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("fact_count", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "facts",
        sa.Column("seq", BIG, autoincrement=True, nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", BIG, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("said_by", sa.String(), nullable=False),
        sa.Column("happened_at_us", BIG, autoincrement=False, nullable=False),
        sa.Column("measured_at_us", BIG, autoincrement=False, nullable=True),
        sa.Column("recorded_at_us", BIG, autoincrement=False, nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("subject_kind", "subject_id", "n", name="one_fact_per_place_in_the_chain"),
    )

    op.create_table(
        "jobs",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("outage_id", BIG, autoincrement=False, nullable=False),
        sa.Column("crew_id", BIG, autoincrement=False, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("fact_count", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("jobs_of_crew", "jobs", ["crew_id", "state"])
    op.create_index("jobs_of_outage", "jobs", ["outage_id", "state"])

    op.create_table(
        "layer_files",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("loaded_at_us", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("version", "name"),
    )
    op.create_table(
        "outages",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("area_class", sa.String(), nullable=True),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("transformer", sa.String(), nullable=True),
        sa.Column("feeder", sa.String(), nullable=True),
        sa.Column("first_call_at_us", BIG, autoincrement=False, nullable=False),
        sa.Column("last_call_at_us", BIG, autoincrement=False, nullable=False),
        sa.Column("arrive_by_us", BIG, autoincrement=False, nullable=False),
        sa.Column("arrived_at_us", BIG, autoincrement=False, nullable=True),
        sa.Column("restored_at_us", BIG, autoincrement=False, nullable=True),
        sa.Column("place_id", BIG, autoincrement=False, nullable=True),
        sa.Column("site_lon", sa.Float(), nullable=True),
        sa.Column("site_lat", sa.Float(), nullable=True),
        sa.Column("district", sa.String(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("fact_count", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("outages_by_first_call", "outages", ["first_call_at_us"])
    op.create_index("outages_by_site", "outages", ["state", "site_lat"])
    op.create_index("outages_on_feeder", "outages", ["feeder", "state"])
    op.create_index("outages_on_transformer", "outages", ["transformer", "state"])

    op.create_table(
        "places",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("call_id", BIG, autoincrement=False, nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("radius_m", sa.Float(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at_us", BIG, autoincrement=False, nullable=False),
        sa.Column("said_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_places_call_id", "places", ["call_id"])

    op.create_table(
        "positions",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("crew_id", BIG, autoincrement=False, nullable=False),
        sa.Column("fixed_at_us", BIG, autoincrement=False, nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("accuracy_m", sa.Float(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("is_mock", sa.Boolean(), nullable=False),
        sa.Column("speed_mps", sa.Float(), nullable=True),
        sa.Column("received_at_us", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("positions_of_crew", "positions", ["crew_id", "fixed_at_us"])

    op.create_table(
        "readings",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("at_us", BIG, autoincrement=False, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_digest", sa.String(), nullable=False),
        sa.Column("user_id", BIG, autoincrement=False, nullable=False),
        sa.Column("expires_at_us", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("token_digest"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])

    op.create_table(
        "shifts",
        sa.Column("crew_id", BIG, autoincrement=False, nullable=False),
        sa.Column("day_of_week", sa.Integer(), nullable=False),
        sa.Column("starts_min", sa.Integer(), nullable=False),
        sa.Column("ends_min", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("crew_id", "day_of_week", "starts_min"),
    )
    op.create_table(
        "transformers",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("feeder", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "users",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("crew_id", BIG, autoincrement=False, nullable=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "versions",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("n", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
