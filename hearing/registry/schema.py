"""The tables, once, for SQLite and PostgreSQL alike.

Columns named ``sealed`` hold AES-GCM under the case's key (or the office's, for accounts). Columns named ``digest``
hold a keyed or plain hash that lets us look something up without storing it. Nothing else here tells of a person.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

office = Table(
    "office",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("hearing", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", Double, nullable=False),
    Column("by_person", String(64), nullable=False),
    Column("by_role", String(64), nullable=False),
    Column("fact", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("number_digest", String(64), nullable=True, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=True),
    Column("destroyed_at", Double, nullable=True),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("iin_digest", String(64), nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("password", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Double, nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("bucket", String(64), nullable=False),
    Column("at", Double, nullable=False),
    Index("ix_attempts_bucket", "bucket", "at"),
)

leases = Table(
    "leases",
    metadata,
    Column("what", String(128), primary_key=True),
    Column("node", String(300), nullable=False),
    Column("until", Double, nullable=False),
)

persons = Table(
    "persons",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("case", String(64), ForeignKey("cases.id"), nullable=False, index=True),
    Column("protected", Boolean, nullable=False),
    Column("account", String(64), ForeignKey("accounts.id"), nullable=True, index=True),
    Column("iin_digest", String(64), nullable=True, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

texts = Table(
    "texts",
    metadata,
    Column("ref", String(64), primary_key=True),
    Column("case", String(64), ForeignKey("cases.id"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

hearings = Table(
    "hearings",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("case", String(64), nullable=False, index=True),
    Column("kind", String(64), nullable=False),
    Column("publicity", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("scheduled_at", Double, nullable=False, index=True),
    Column("phase", String(64), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("closed_at", Double, nullable=True),
)

hearing_people = Table(
    "hearing_people",
    metadata,
    Column("hearing", String(64), ForeignKey("hearings.id"), primary_key=True),
    Column("person", String(64), primary_key=True, index=True),
    Column("role", String(64), nullable=False),
)

passes = Table(
    "passes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("hearing", String(64), nullable=False, index=True),
    Column("person", String(64), nullable=False),
    Column("secret_digest", String(64), nullable=False, unique=True),
    Column("code_digest", String(64), nullable=False, unique=True),
    Column("issued_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("revoked_at", Double, nullable=True),
    Column("delivery", String(32), nullable=False),
    Column("channel", String(32), nullable=True),
    Column("delivered_at", Double, nullable=True),
    Column("last_used_at", Double, nullable=True),
)

observer_links = Table(
    "observer_links",
    metadata,
    Column("hearing", String(64), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("opened_at", Double, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("account", String(64), ForeignKey("accounts.id"), nullable=True, index=True),
    Column("pass_id", String(64), ForeignKey("passes.id"), nullable=True, index=True),
    Column("observer", String(64), nullable=True, index=True),
    Column("opened_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
)

accesses = Table(
    "accesses",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False),
    Column("who", String(64), nullable=False),
    Column("what", String(64), nullable=False),
    Column("hearing", String(64), nullable=True, index=True),
    Column("case", String(64), nullable=True, index=True),
    Column("subject", String(128), nullable=True),
)

documents = Table(
    "documents",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("hearing", String(64), nullable=False, index=True),
    Column("case", String(64), ForeignKey("cases.id"), nullable=False, index=True),
    Column("kind", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("sealed_name", LargeBinary, nullable=False),
    Column("media_type", String(128), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("sealed_sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
    Column("by", String(64), nullable=False),
    Index("uq_documents_version", "hearing", "kind", "version", unique=True),
)

outbox = Table(
    "outbox",
    metadata,
    Column("target", String(64), primary_key=True),
    Column("document", String(64), ForeignKey("documents.id"), primary_key=True),
    Column("hearing", String(64), nullable=False, index=True),
    Column("state", String(32), nullable=False),
    Column("entered_at", Double, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("why", String(64), nullable=False),
    Column("settled_at", Double, nullable=True),
    Index("ix_outbox_due", "target", "state", "due_at"),
)
