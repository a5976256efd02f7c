"""Which node of a court has what, and for how long."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("what", sa.String(128), primary_key=True),
        sa.Column("node", sa.String(300), nullable=False),
        sa.Column("until", sa.Double, nullable=False),
    )
