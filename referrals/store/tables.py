"""All tables. What could lead to a person is a keyed hash or sealed bytes.

Tables without an integer key are stored in the order of their random key on SQLite, so
that the order of rows does not tell who came when.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
)

metadata = MetaData()

seen = Table(
    "seen",
    metadata,
    Column("update_key", LargeBinary, primary_key=True),
    Column("day", Date, nullable=False),
    sqlite_with_rowid=False,
)
"""Updates that were processed, to recognise a repetition. Kept 8 days."""

session = Table(
    "session",
    metadata,
    Column("chat", LargeBinary, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("day", Date, nullable=False, index=True),
    sqlite_with_rowid=False,
)
"""One conversation: sealed session and recipient, the day it was last used."""

message = Table(
    "message",
    metadata,
    Column("chat", LargeBinary, nullable=False),
    Column("message", BigInteger, nullable=False),
    Column("card", LargeBinary),
    Column("sensitive", SmallInteger, nullable=False),
    Column("hour", Integer, nullable=False, index=True),
    PrimaryKeyConstraint("chat", "message"),
    sqlite_with_rowid=False,
)
"""Ids of messages that can still be edited or swept. Kept 47 hours."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("chat", LargeBinary, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("owner", BigInteger, nullable=False, index=True),
)
"""What must still be sent, in the order of ``id`` within a chat.

``owner``: the process that sends it. Negative: meant for that process, which sends
another row of the same chat and has not taken this one yet. 0: whoever comes first.
"""

replica = Table(
    "replica",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("alive", BigInteger, nullable=False),
)
"""Processes on one database, and the unix second each was last heard of."""

consent = Table(
    "consent",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("organization", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("day", Date, nullable=False),
)

referral = Table(
    "referral",
    metadata,
    Column("code", Text, primary_key=True),
    Column("consent_id", BigInteger, ForeignKey("consent.id"), nullable=False, unique=True),
    Column("organization", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("need", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("opened", Date, nullable=False),
    Column("moved", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("declined", Text, nullable=False),
    Column("person", LargeBinary, index=True),
    Column("link", LargeBinary),
    Column("card", LargeBinary),
    Index("ix_referral_organization_status", "organization", "status"),
    Index("ix_referral_status_moved", "status", "moved"),
    CheckConstraint("(person IS NULL) = (link IS NULL)", name="ck_referral_link"),
    sqlite_with_rowid=False,
)
"""``person``: keyed hash. ``link``: sealed recipient. ``card``: sealed; NULL once erased."""

staff_chat = Table(
    "staff_chat",
    metadata,
    Column("organization", Text, primary_key=True),
    Column("chat", LargeBinary, nullable=False, unique=True),
    Column("recipient", LargeBinary, nullable=False),
    Column("language", Text, nullable=False),
)

working_group = Table(
    "working_group",
    metadata,
    Column("chat", LargeBinary, primary_key=True),
    Column("recipient", LargeBinary, nullable=False),
    Column("language", Text, nullable=False),
)

invitation = Table(
    "invitation",
    metadata,
    Column("fingerprint", LargeBinary, primary_key=True),
    Column("organization", Text),
    Column("expires", BigInteger, nullable=False),
    Column("coordinator", Text),
)
"""Unused one-use links. A used one is deleted."""

coordinator = Table(
    "coordinator",
    metadata,
    Column("alias", Text, primary_key=True),
    Column("code", LargeBinary, nullable=False),
    Column("chat", LargeBinary, unique=True),
    Column("recipient", LargeBinary),
    Column("language", Text, nullable=False),
)
"""Who vets. ``code``: digest of what they prove themselves with on the command line."""

vetting_step = Table(
    "vetting_step",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("organization", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("coordinator", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("id", BigInteger),
    Column("note", LargeBinary),
)
"""Every step of every vetting, in order. ``note``: sealed for the random ``id``."""

listing_state = Table(
    "listing_state",
    metadata,
    Column("service", Text, primary_key=True),
    Column("available", Text, nullable=False),
    Column("updated", Date),
    Column("closed_until", Date),
    Column("confirmed", Date),
    Column("asked", Date),
    Column("revision", BigInteger, nullable=False, index=True),
)
"""What an organization said of a service. ``asked``: when it was last asked if all is true.

``revision``: counter of the last change, of what people said of it too.
"""

listing_report = Table(
    "listing_report",
    metadata,
    Column("service", Text, nullable=False),
    Column("reporter", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("day", Date, nullable=False, index=True),
    PrimaryKeyConstraint("service", "reporter"),
    sqlite_with_rowid=False,
)
"""What people said of a service. ``reporter``: keyed hash of a person with that service,
so that two reports of one person lead to nobody and not to each other. Kept 30 days."""

signal = Table(
    "signal",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("need", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("day", Date, nullable=False, index=True),
)
"""Facts for figures. No key of a person; ids are random so that order says nothing."""

hsds_record = Table(
    "hsds_record",
    metadata,
    Column("table_name", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("retired", Date),
    PrimaryKeyConstraint("table_name", "id"),
)

setting = Table(
    "setting",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

digest = Table(
    "digest",
    metadata,
    Column("week", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
