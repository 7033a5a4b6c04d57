"""What every act reads first under the lock, in one statement: the last entries, who acts, the agreement, the parties."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from portal.access.actor import Actor
from portal.agreement import queries
from portal.history.work import OPENING
from portal.parties.queries import ACTOR_AGAIN, actor_again, who_again


class Opening:
    """As `portal.history.work.Opening` asks for it."""

    statement: Select[Any] = queries.with_the_agreement(OPENING).add_columns(ACTOR_AGAIN)

    def given(self, actor: Actor, at: dt.datetime) -> Mapping[str, object]:
        """Who acts, the moment, and its day in Japan."""
        return who_again(actor, at)

    def actor(self, actor: Actor, row: Any) -> Actor:
        """The actor as the tables have it (row 28); raises NotAllowed for one whose account or session has ended."""
        return actor_again(actor, row.actor)

    def parties(self, session: Session, row: Any) -> Mapping[str, Any]:
        """The parties by their keys, with the rules of their own side; the edition in force and its dates are held from
        now on, until something changes."""
        if row.digest is not None:
            queries.dates_while(session, row, queries.in_force_while(session, row))
        return queries.parties_of(row.parties)
