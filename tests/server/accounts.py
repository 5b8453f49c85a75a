"""One account and key for each role, and a partner with a sub-account."""

from cleardance.accounts.accounts import create_account
from cleardance.accounts.keys import create_key
from cleardance.accounts.roles import Role
from cleardance.clearance.service import Service


def make_accounts(service: Service) -> dict[str, str]:
    """Return a key by the name of each role, and one of another creator ("other")."""
    keys = {}
    for name, role in [*((role.value, role) for role in Role), ("other", Role.CREATOR)]:
        create_account(service.store, name, roles=(role,))
        keys[name] = create_key(service.store, name, by="local").secret
    return keys
