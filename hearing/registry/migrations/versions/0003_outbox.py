"""The outbox: what is owed to outside systems, and how far it came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("target", sa.String(64), primary_key=True),
        sa.Column("document", sa.String(64), sa.ForeignKey("documents.id"), primary_key=True),
        sa.Column("hearing", sa.String(64), nullable=False, index=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("entered_at", sa.Double, nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("why", sa.String(64), nullable=False),
        sa.Column("settled_at", sa.Double, nullable=True),
    )
    op.create_index("ix_outbox_due", "outbox", ["target", "state", "due_at"])
