"""Who may do more than whom: user < staff < admin < root."""

from enum import StrEnum


class Role(StrEnum):
    USER = "user"
    STAFF = "staff"
    ADMIN = "admin"
    ROOT = "root"

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    def at_least(self, other: "Role") -> bool:
        """Tell whether this role may do what `other` may do."""
        return self.rank >= other.rank


def may_manage(actor: Role, target: Role) -> bool:
    """Tell whether `actor` may create, change or hand out `target`: only below himself; root makes roots too."""
    return actor is Role.ROOT or actor.rank > target.rank
