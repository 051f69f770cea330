"""What a write that was cut off may have published, beside what is owed since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("unanswered", sa.Text()))


def downgrade() -> None:
    op.drop_column("outbox", "unanswered")
