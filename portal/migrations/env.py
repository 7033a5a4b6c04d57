"""What Alembic runs: within the transaction that `upgrade` or `draft` holds, compared with every model."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.sql.elements import False_, True_

from portal.kernel.db import Moment
from portal.schema import gather


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """What a migration writes of a column: plain SQLAlchemy of both databases, so that old steps never need
    our code."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "server_default" and isinstance(argument := getattr(item, "arg", None), False_ | True_):
        return "sa.true()" if isinstance(argument, True_) else "sa.false()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=gather(),
    render_as_batch=True,
    render_item=render,
    compare_type=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
