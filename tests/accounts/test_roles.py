"""The authorisation matrix, written out here a second time: a change must be made twice."""

import pytest

from cleardance.accounts.roles import PERMISSIONS, Permission, Principal, Role
from cleardance.errors import AccessDenied

EVERYBODY = "keys:read keys:revoke ledger:read rules:read"
CREATOR = f"{EVERYBODY} tasks:create tasks:read tasks:delete screen:run reviews:appeal"
MATRIX = {
    "creator": CREATOR,
    "partner": f"{CREATOR} sub-accounts:write",
    "reviewer": f"{EVERYBODY} reviews:read reviews:decide registry:read",
    "rights_holder": f"{EVERYBODY} works:read works:write works:license"
    " notices:submit notices:read",
    "operator": f"{CREATOR} sub-accounts:write reviews:read registry:read works:read works:write"
    " works:license notices:submit"
    " notices:read tasks:read-all registry:write licences:read licences:write rules:write"
    " notices:read-all notices:execute accounts:write audit:read service:operate",
}


def _who(*roles: Role, scopes: frozenset[Permission] = frozenset()) -> Principal:
    return Principal("acc-1", "anna", "key-1", None, frozenset(roles), scopes)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_each_role_may_do_what_the_matrix_says(role: Role, permission: Permission) -> None:
    who = _who(role)
    if permission in MATRIX[role].split():
        who.require(permission)
    else:
        with pytest.raises(AccessDenied, match=permission.value):
            who.require(permission)


def test_several_roles_add_up_and_scopes_narrow() -> None:
    both = _who(Role.CREATOR, Role.REVIEWER)
    assert both.permissions == PERMISSIONS[Role.CREATOR] | PERMISSIONS[Role.REVIEWER]
    narrow = _who(Role.CREATOR, scopes=frozenset({Permission.SCREEN, Permission.CHANGE_RULES}))
    assert narrow.permissions == {Permission.SCREEN}  # a scope gives nothing that no role gives
    assert _who().permissions == frozenset()


def test_no_role_decides_alone_over_what_it_operates() -> None:
    assert Permission.DECIDE_REVIEWS not in PERMISSIONS[Role.OPERATOR]
    assert frozenset().union(*PERMISSIONS.values()) == frozenset(Permission)
