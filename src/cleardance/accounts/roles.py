"""Who may do what: one table from roles to permissions, and whoever acts under it."""

from dataclasses import dataclass
from enum import StrEnum

from cleardance.accounts.limits import NO_LIMITS, Bound, Limits
from cleardance.errors import AccessDenied


class Role(StrEnum):
    """What an account is here; it may be several."""

    CREATOR = "creator"
    PARTNER = "partner"
    REVIEWER = "reviewer"
    RIGHTS_HOLDER = "rights_holder"
    OPERATOR = "operator"


class Permission(StrEnum):
    """One thing that may be done; keys can be narrowed to some (their scopes)."""

    meaning: str

    CREATE_TASKS = "tasks:create", "ask for outputs"
    READ_TASKS = "tasks:read", "see one's own tasks and fetch their outputs"
    DELETE_TASKS = "tasks:delete", "cancel and delete one's own tasks"
    READ_ALL_TASKS = "tasks:read-all", "see everybody's tasks"
    SCREEN = "screen:run", "have texts and files screened"
    APPEAL = "reviews:appeal", "appeal one's own denials, and answer notices on one's outputs"
    READ_REVIEWS = "reviews:read", "see what waits for a person"
    DECIDE_REVIEWS = "reviews:decide", "release or deny what waits for a person"
    READ_OWN_WORKS = "works:read", "see the works that concern one, and what was found of them"
    CHANGE_OWN_WORKS = "works:write", "register and change the works that concern one"
    LICENSE_OWN_WORKS = "works:license", "grant and revoke licences of the works that concern one"
    READ_REGISTRY = "registry:read", "see every registered work"
    CHANGE_REGISTRY = "registry:write", "register, change and remove works"
    READ_LICENCES = "licences:read", "see every licence"
    CHANGE_LICENCES = "licences:write", "grant and revoke licences"
    READ_RULES = "rules:read", "see the rules"
    CHANGE_RULES = "rules:write", "activate other rules"
    SUBMIT_NOTICES = "notices:submit", "submit notices"
    READ_OWN_NOTICES = "notices:read", "see the notices that one submitted"
    READ_NOTICES = "notices:read-all", "see every notice"
    EXECUTE_NOTICES = "notices:execute", "execute notices, withdraw and restore"
    READ_OWN_KEYS = "keys:read", "see one's own keys and usage"
    REVOKE_OWN_KEYS = "keys:revoke", "revoke one's own keys"
    MANAGE_SUB_ACCOUNTS = "sub-accounts:write", "make one's sub-accounts and their keys"
    MANAGE_ACCOUNTS = "accounts:write", "make, suspend and restore any account and key"
    READ_AUDIT = "audit:read", "see who administered what"
    READ_LEDGER = "ledger:read", "see the ledger and its proofs"
    OPERATE = "service:operate", "sign the ledger, see metrics, back up"

    def __new__(cls, value: str, meaning: str = "") -> "Permission":
        """Make a member that is its value and knows its meaning."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


_P = Permission
_EVERYBODY = frozenset({_P.READ_OWN_KEYS, _P.REVOKE_OWN_KEYS, _P.READ_LEDGER, _P.READ_RULES})
_CREATOR = _EVERYBODY | {
    _P.CREATE_TASKS,
    _P.READ_TASKS,
    _P.DELETE_TASKS,
    _P.SCREEN,
    _P.APPEAL,
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CREATOR: _CREATOR,
    Role.PARTNER: _CREATOR | {_P.MANAGE_SUB_ACCOUNTS},
    Role.REVIEWER: _EVERYBODY | {_P.READ_REVIEWS, _P.DECIDE_REVIEWS, _P.READ_REGISTRY},
    Role.RIGHTS_HOLDER: _EVERYBODY
    | {
        _P.READ_OWN_WORKS,
        _P.CHANGE_OWN_WORKS,
        _P.LICENSE_OWN_WORKS,
        _P.SUBMIT_NOTICES,
        _P.READ_OWN_NOTICES,
    },
    # All but to decide as a person: whoever also reviews is given that role as well.
    Role.OPERATOR: frozenset(Permission) - {_P.DECIDE_REVIEWS},
}
"""The authorisation matrix. What no role gives nobody may do."""


@dataclass(frozen=True)
class Principal:
    """Who acts: an account, by one of its keys or (``key_id`` None) at the command line."""

    account_id: str
    account_name: str
    key_id: str | None
    partner: str | None
    roles: frozenset[Role]
    scopes: frozenset[Permission] = frozenset()
    limits: Limits = NO_LIMITS
    bounds: tuple[Bound, ...] = ()
    """The limits that hold for what it does: its key's own, and of the keys that key came from."""

    @property
    def permissions(self) -> frozenset[Permission]:
        """All that it may do: what its roles give, narrowed to the key's scopes if it has any."""
        given = frozenset().union(*(PERMISSIONS[role] for role in self.roles))
        return given & self.scopes if self.scopes else given

    def may(self, permission: Permission) -> bool:
        """Whether it may do this; for what is shown, not for what is allowed: see ``require``."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise AccessDenied unless it may do this."""
        if not self.may(permission):
            raise AccessDenied(
                f"{self.account_name!r} may not {permission.meaning} ({permission.value}).",
                hint="An operator gives roles to accounts; a key may be narrower than its account.",
            )
