"""Make what keeps listings alive, and who vets them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make coordinators, their steps, states of listings and what people say of them."""
    op.add_column("invitation", sa.Column("coordinator", sa.Text))
    op.create_table(
        "coordinator",
        sa.Column("alias", sa.Text, primary_key=True),
        sa.Column("code", sa.LargeBinary, nullable=False),
        sa.Column("chat", sa.LargeBinary, unique=True),
        sa.Column("recipient", sa.LargeBinary),
        sa.Column("language", sa.Text, nullable=False),
    )
    op.create_table(
        "vetting_step",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("organization", sa.Text, nullable=False, index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("coordinator", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("id", sa.BigInteger),
        sa.Column("note", sa.LargeBinary),
    )
    op.create_table(
        "listing_state",
        sa.Column("service", sa.Text, primary_key=True),
        sa.Column("available", sa.Text, nullable=False),
        sa.Column("updated", sa.Date),
        sa.Column("closed_until", sa.Date),
        sa.Column("confirmed", sa.Date),
        sa.Column("asked", sa.Date),
        sa.Column("revision", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "listing_report",
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("reporter", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False, index=True),
        sa.PrimaryKeyConstraint("service", "reporter"),
        sqlite_with_rowid=False,
    )
    bind_again()


def bind_again() -> None:
    """Record the chats that are bound already as steps of their organizations."""
    op.execute(
        "INSERT INTO vetting_step (organization, kind, coordinator, day) "
        "SELECT organization, 'bound', '', CURRENT_DATE FROM staff_chat"
    )
