"""Which places there are, and for whom."""

from typing import Final

from sqlalchemy import func, select

from cleardance.accounts.roles import Permission, Principal
from cleardance.clearance.service import Service
from cleardance.server.pages.render import Place, Places
from cleardance.store.tables import ReviewStatus, review

_ALL: Final = (
    (
        "Create",
        (
            ("Studio", "/studio", "studio", Permission.CREATE_TASKS),
            ("Your account", "/account", "person", Permission.READ_OWN_KEYS),
        ),
    ),
    (
        "Rights",
        (
            ("Rights desk", "/rights", "work", Permission.READ_OWN_WORKS),
            ("Licences", "/rights/licences", "licence", Permission.READ_OWN_WORKS),
            ("Sent notices", "/rights/notices", "letter", Permission.READ_OWN_NOTICES),
        ),
    ),
    (
        "Operate",
        (
            ("Overview", "/operate", "chart", Permission.OPERATE),
            ("Review", "/operate/review", "review", Permission.READ_REVIEWS),
            ("Notices", "/operate/notices", "letter", Permission.EXECUTE_NOTICES),
            ("Queue", "/operate/queue", "queue", Permission.OPERATE),
            ("Webhooks", "/operate/webhooks", "link", Permission.OPERATE),
            ("Accounts", "/operate/accounts", "people", Permission.MANAGE_ACCOUNTS),
            ("Rules", "/operate/rules", "rules", Permission.CHANGE_RULES),
            ("Models", "/operate/models", "model", Permission.OPERATE),
            ("Ledger", "/operate/ledger", "ledger", Permission.OPERATE),
            ("Audit", "/operate/audit", "key", Permission.READ_AUDIT),
            ("Reports", "/operate/reports", "download", Permission.OPERATE),
        ),
    ),
)


def places_of(service: Service, principal: Principal) -> tuple[Places, ...]:
    """Return the navigation of an account: what it may use, and how much waits there."""
    groups = []
    for name, places in _ALL:
        mine = tuple(
            Place(title, path, icon, _waiting(service) if path == "/operate/review" else 0)
            for title, path, icon, permission in places
            if principal.may(permission)
        )
        if mine:
            groups.append(Places(name, mine))
    return tuple(groups)


def _waiting(service: Service) -> int:
    query = select(func.count()).select_from(review).where(review.c.status == ReviewStatus.OPEN)
    with service.store.read() as session:
        return session.scalar(query) or 0
