"""The book of what was said: lines sealed with the case's key, versions, and the work owed to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "utterances",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("hearing", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("seat", sa.String(64), nullable=False),
        sa.Column("start", sa.Double, nullable=False),
        sa.Column("end", sa.Double, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("confidence", sa.Double, nullable=False),
        sa.Column("no_speech", sa.Double, nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("utterances_in_order", "utterances", ["hearing", "version", "start"])
    op.create_table(
        "transcript_versions",
        sa.Column("hearing", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("completed_at", sa.Double),
        sa.Column("digest", sa.String(64)),
    )
    op.create_table(
        "transcript_jobs",
        sa.Column("hearing", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("seat", sa.String(64), primary_key=True),
        sa.Column("start_ns", sa.BigInteger, nullable=False),
        sa.Column("end_ns", sa.BigInteger, nullable=False),
        sa.Column("language", sa.String(8)),
        sa.Column("owner", sa.String(64)),
        sa.Column("leased_until", sa.Double, nullable=False, server_default="0"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("done", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "transcript_marks",
        sa.Column("hearing", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("seat", sa.String(64), primary_key=True),
        sa.Column("settled_ns", sa.BigInteger, nullable=False),
    )
