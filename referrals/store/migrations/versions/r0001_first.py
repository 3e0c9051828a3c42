"""Make all tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables of the first version."""
    conversation_tables()
    outbox_tables()
    referral_tables()
    binding_tables()
    figure_tables()


def conversation_tables() -> None:
    """Make what every turn touches."""
    op.create_table(
        "seen",
        sa.Column("update_key", sa.LargeBinary, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "session",
        sa.Column("chat", sa.LargeBinary, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("day", sa.Date, nullable=False, index=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "message",
        sa.Column("chat", sa.LargeBinary, nullable=False),
        sa.Column("message", sa.BigInteger, nullable=False),
        sa.Column("card", sa.LargeBinary),
        sa.Column("sensitive", sa.SmallInteger, nullable=False),
        sa.Column("hour", sa.Integer, nullable=False, index=True),
        sa.PrimaryKeyConstraint("chat", "message"),
        sqlite_with_rowid=False,
    )


def outbox_tables() -> None:
    """Make what waits to be sent, and by whom."""
    op.create_table(
        "outbox",
        sa.Column("id", BIG_KEY, primary_key=True),
        sa.Column("chat", sa.LargeBinary, nullable=False, index=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("not_before", sa.BigInteger, nullable=False),
        sa.Column("owner", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "replica",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("alive", sa.BigInteger, nullable=False),
    )


def referral_tables() -> None:
    """Make consents and the referrals that need them."""
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("organization", sa.Text, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
    )
    op.create_table(
        "referral",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column(
            "consent_id",
            sa.BigInteger,
            sa.ForeignKey("consent.id"),
            nullable=False,
            unique=True,
        ),
        sa.Column("organization", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("need", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("priority", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("opened", sa.Date, nullable=False),
        sa.Column("moved", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("declined", sa.Text, nullable=False),
        sa.Column("person", sa.LargeBinary, index=True),
        sa.Column("link", sa.LargeBinary),
        sa.Column("card", sa.LargeBinary),
        sa.CheckConstraint("(person IS NULL) = (link IS NULL)", name="ck_referral_link"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_referral_organization_status", "referral", ["organization", "status"]
    )
    op.create_index("ix_referral_status_moved", "referral", ["status", "moved"])


def binding_tables() -> None:
    """Make bound chats and invitations."""
    op.create_table(
        "staff_chat",
        sa.Column("organization", sa.Text, primary_key=True),
        sa.Column("chat", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("recipient", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
    )
    op.create_table(
        "working_group",
        sa.Column("chat", sa.LargeBinary, primary_key=True),
        sa.Column("recipient", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
    )
    op.create_table(
        "invitation",
        sa.Column("fingerprint", sa.LargeBinary, primary_key=True),
        sa.Column("organization", sa.Text),
        sa.Column("expires", sa.BigInteger, nullable=False),
    )


def figure_tables() -> None:
    """Make facts, digests, the directory and counters."""
    op.create_table(
        "signal",
        sa.Column("id", BIG_KEY, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("need", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False, index=True),
    )
    op.create_table(
        "digest",
        sa.Column("week", sa.Text, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "hsds_record",
        sa.Column("table_name", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("retired", sa.Date),
        sa.PrimaryKeyConstraint("table_name", "id"),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
