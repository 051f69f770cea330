"""What the file said of cycles, and of a closing its cycle and the score that a person gives."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cycles",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("cycle_id", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cycles"),
    )
    op.create_index("ix_cycles_workspace", "cycles", ["workspace"])
    op.add_column("closings", sa.Column("score", sa.Double(), nullable=True))
    op.add_column("closings", sa.Column("cycle_id", sa.Text()))


def downgrade() -> None:
    op.drop_column("closings", "cycle_id")
    op.drop_column("closings", "score")
    op.drop_index("ix_cycles_workspace", "cycles")
    op.drop_table("cycles")
