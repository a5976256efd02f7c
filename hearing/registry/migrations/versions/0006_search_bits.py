"""The search index with one row for a word and a hearing. The court fills it again when it starts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.drop_table("transcript_postings")
    op.drop_table("transcript_indexed")
    op.create_table(
        "transcript_postings",
        sa.Column("mark", sa.LargeBinary(16), primary_key=True),
        sa.Column("hearing", sa.String(64), primary_key=True),
        sa.Column("lines", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_transcript_postings_hearing", "transcript_postings", ["hearing"])
    op.create_table(
        "transcript_indexed",
        sa.Column("hearing", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("correction", sa.Integer, nullable=False),
        sa.Column("lines", sa.Text, nullable=False),
    )
