"""The office opens: every table of the first day, and the triggers that let nobody rewrite what happened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

APPEND_ONLY = ("entries", "accesses")


def upgrade() -> None:
    op.create_table(
        "office",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "entries",
        sa.Column("hearing", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("by_person", sa.String(64), nullable=False),
        sa.Column("by_role", sa.String(64), nullable=False),
        sa.Column("fact", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("number_digest", sa.String(64), nullable=True, unique=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=True),
        sa.Column("destroyed_at", sa.Double, nullable=True),
    )
    _people()
    _doors()
    _papers()
    for table in APPEND_ONLY:
        _append_only(table)


def _people() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("iin_digest", sa.String(64), nullable=False, unique=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("bucket", sa.String(64), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_index("ix_attempts_bucket", "attempts", ["bucket", "at"])
    op.create_table(
        "persons",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("case", sa.String(64), sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("protected", sa.Boolean, nullable=False),
        sa.Column("account", sa.String(64), sa.ForeignKey("accounts.id"), nullable=True, index=True),
        sa.Column("iin_digest", sa.String(64), nullable=True, index=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "texts",
        sa.Column("ref", sa.String(64), primary_key=True),
        sa.Column("case", sa.String(64), sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "hearings",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("case", sa.String(64), nullable=False, index=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("publicity", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("scheduled_at", sa.Double, nullable=False, index=True),
        sa.Column("phase", sa.String(64), nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("closed_at", sa.Double, nullable=True),
    )
    op.create_table(
        "hearing_people",
        sa.Column("hearing", sa.String(64), sa.ForeignKey("hearings.id"), primary_key=True),
        sa.Column("person", sa.String(64), primary_key=True, index=True),
        sa.Column("role", sa.String(64), nullable=False),
    )


def _doors() -> None:
    op.create_table(
        "passes",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("hearing", sa.String(64), nullable=False, index=True),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("secret_digest", sa.String(64), nullable=False, unique=True),
        sa.Column("code_digest", sa.String(64), nullable=False, unique=True),
        sa.Column("issued_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("revoked_at", sa.Double, nullable=True),
        sa.Column("delivery", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=True),
        sa.Column("delivered_at", sa.Double, nullable=True),
        sa.Column("last_used_at", sa.Double, nullable=True),
    )
    op.create_table(
        "observer_links",
        sa.Column("hearing", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("opened_at", sa.Double, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(64), sa.ForeignKey("accounts.id"), nullable=True, index=True),
        sa.Column("pass_id", sa.String(64), sa.ForeignKey("passes.id"), nullable=True, index=True),
        sa.Column("observer", sa.String(64), nullable=True, index=True),
        sa.Column("opened_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False, index=True),
    )


def _papers() -> None:
    op.create_table(
        "accesses",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("hearing", sa.String(64), nullable=True, index=True),
        sa.Column("case", sa.String(64), nullable=True, index=True),
        sa.Column("subject", sa.String(128), nullable=True),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("hearing", sa.String(64), nullable=False, index=True),
        sa.Column("case", sa.String(64), sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("sealed_name", sa.LargeBinary, nullable=False),
        sa.Column("media_type", sa.String(128), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("sealed_sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
    )
    op.create_index("uq_documents_version", "documents", ["hearing", "kind", "version"], unique=True)


def _append_only(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} is append-only' "
            "USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        for name, verb, each in (
            ("update", "UPDATE", "ROW"),
            ("delete", "DELETE", "ROW"),
            ("truncate", "TRUNCATE", "STATEMENT"),
        ):
            op.execute(
                f"CREATE TRIGGER {table}_no_{name} BEFORE {verb} ON {table} "
                f"FOR EACH {each} EXECUTE FUNCTION {table}_refuse()"
            )
        return
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def downgrade() -> None:
    raise NotImplementedError("the journal is never taken back")
