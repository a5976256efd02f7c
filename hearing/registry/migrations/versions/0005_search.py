"""The search index of transcripts: keyed hashes of words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "transcript_postings",
        sa.Column("mark", sa.LargeBinary(16), primary_key=True),
        sa.Column("hearing", sa.String(64), primary_key=True),
        sa.Column("line", sa.String(40), primary_key=True),
    )
    op.create_index("ix_transcript_postings_hearing", "transcript_postings", ["hearing"])
    op.create_table(
        "transcript_indexed",
        sa.Column("hearing", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("correction", sa.Integer, nullable=False),
    )
