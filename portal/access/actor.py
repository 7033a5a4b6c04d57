"""Who is acting: a member of one party, the operator, the portal itself, or nobody known."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from portal.access.policy import SIGNED_IN, Permission, Role, permissions_of
from portal.kernel.errors import NotAllowed


@dataclass(frozen=True)
class Actor:
    """One who acts or reads, as of one moment."""

    member_id: str | None = None
    party: str | None = None
    """The key of the one party the member belongs to; None for the operator, the portal, and the public."""
    name: str = ""
    post: str = ""
    roles: frozenset[Role] = frozenset()
    session_id: str | None = None
    language: str | None = None
    must_change_password: bool = False
    authenticated_at: dt.datetime | None = None
    """When the password was last entered in this session (UTC); dangerous acts ask for it anew (row 62)."""
    previous_visit_at: dt.datetime | None = None
    is_system: bool = False

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        """Everything this actor may do."""
        if self.is_system:
            return frozenset(Permission)
        held = permissions_of(self.roles)
        return held | SIGNED_IN if self.is_signed_in else held

    @property
    def is_signed_in(self) -> bool:
        """Whether a member or the operator stands behind this actor."""
        return self.member_id is not None

    def may(self, permission: Permission) -> bool:
        """Whether the actor's roles hold `permission`."""
        return permission in self.permissions

    def must(self, permission: Permission) -> None:
        """Raises NotAllowed unless the actor holds `permission`."""
        if not self.may(permission):
            raise NotAllowed(permission=permission)


ANONYMOUS = Actor()
SYSTEM = Actor(name="システム", is_system=True)
