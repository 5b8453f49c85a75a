"""Repeat infringers: an account has a strike for each notice by which outputs of it were removed.

The policy (17 USC 512(i)(1)(A)) is in the settings: so many strikes within so many days suspend the
account. A strike falls when the removals it stands for fall, and the suspension with it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from cleardance.accounts import accounts
from cleardance.clearance.notices.salts import salt_of
from cleardance.clearance.service import Service
from cleardance.ledger.entry import EntryKind, personal
from cleardance.ledger.log import append
from cleardance.settings import Settings
from cleardance.store.tables import account, removal, strike, task, utc_text


@dataclass(frozen=True)
class StrikeRow:
    """One strike of an account, by its name."""

    id: str
    account: str
    notice_id: str
    at: str
    reversed_at: str | None
    suspended_at: str | None


def policy_of(settings: Settings) -> str:
    """Return the policy in plain words, as it is published."""
    return (
        f"An account that has {settings.strike_limit} strikes within {settings.strike_days} days "
        "is suspended. Each notice by which outputs of the account were removed is one strike. A "
        "strike is taken back when the notice is withdrawn, a counter-notice against it leads to "
        "everything of it coming back, or a complaint is upheld."
    )


def give_strikes(service: Service, notice_id: str, at: datetime) -> list[str]:
    """Give a strike to each account of which a notice removed something; return those suspended.

    Each is given once, however often this is done; one that was taken back is given anew.
    """
    suspended: list[str] = []
    with service.store.begin() as session:
        known = select(strike.c.account_id).where(
            strike.c.notice_id == notice_id, strike.c.reversed_at.is_(None)
        )
        struck = _accounts_touched(session, notice_id) - set(session.scalars(known))
        for account_id in sorted(struck):
            _strike(session, notice_id, account_id, at)
            if _suspend_if_due(session, service.settings, notice_id, account_id, at):
                suspended.append(account_id)
    return suspended


def take_back(service: Service, notice_id: str, *, by: str, at: datetime) -> list[str]:
    """Take back a notice's strikes on accounts it keeps nothing from; return these accounts' ids.

    An account that was suspended and now has fewer strikes than suspend is restored.
    """
    with service.store.begin() as session:
        open_ = (strike.c.notice_id == notice_id) & strike.c.reversed_at.is_(None)
        struck = set(session.scalars(select(strike.c.account_id).where(open_)))
        freed = sorted(struck - _accounts_touched(session, notice_id))
        for account_id in freed:
            one = update(strike).where(open_, strike.c.account_id == account_id)
            session.execute(one.values(reversed_at=utc_text(at)))
            _log(session, notice_id, account_id, "taken back")
            _restore_if_due(session, service.settings, account_id, by, at)
    return freed


def listing(session: Connection, account_name: str | None = None) -> list[StrikeRow]:
    """Return the strikes of an account, or all, the oldest first."""
    names = ("id", "notice_id", "at", "reversed_at", "suspended_at")
    query = select(*(strike.c[name] for name in names), account.c.name.label("account"))
    query = query.join(account, account.c.id == strike.c.account_id).order_by(strike.c.at)
    if account_name is not None:
        query = query.where(account.c.name == account_name)
    return [StrikeRow(**row) for row in session.execute(query).mappings()]


def counting(session: Connection, settings: Settings, account_id: str, at: datetime) -> int:
    """Return how many strikes of an account count now."""
    since = utc_text(at - timedelta(days=settings.strike_days))
    query = select(func.count()).where(
        strike.c.account_id == account_id, strike.c.reversed_at.is_(None), strike.c.at >= since
    )
    return session.scalar(query) or 0


def _accounts_touched(session: Connection, notice_id: str) -> set[str]:
    in_force = (removal.c.notice_id == notice_id) & removal.c.lifted_at.is_(None)
    made = removal.c.blob.is_not(None)  # nothing came of a task that was stopped on its way
    query = select(task.c.account_id).join(removal, removal.c.task_id == task.c.id)
    return set(session.scalars(query.where(in_force, made).distinct()))


def _strike(session: Connection, notice_id: str, account_id: str, at: datetime) -> None:
    again = update(strike).where(strike.c.account_id == account_id, strike.c.notice_id == notice_id)
    fresh = {"at": utc_text(at), "reversed_at": None, "suspended_at": None}
    if session.execute(again.values(**fresh)).rowcount == 0:
        row = {
            "id": f"stk-{at:%Y%m%d}-{secrets.token_hex(5)}",
            "account_id": account_id,
            "notice_id": notice_id,
        }
        session.execute(insert(strike).values(**row, **fresh))
    _log(session, notice_id, account_id, "given")


def _suspend_if_due(
    session: Connection, settings: Settings, notice_id: str, account_id: str, at: datetime
) -> bool:
    if counting(session, settings, account_id, at) < settings.strike_limit:
        return False
    name = session.scalar(select(account.c.name).where(account.c.id == account_id))
    if name == accounts.LOCAL_ACCOUNT:  # whoever has the home cannot be shut out of it
        return False
    why = f"{settings.strike_limit} strikes within {settings.strike_days} days"
    done = accounts.suspend_account(session, account_id, by=accounts.LOCAL_ACCOUNT, why=why)
    if done:
        of_notice = (strike.c.account_id == account_id) & (strike.c.notice_id == notice_id)
        session.execute(update(strike).where(of_notice).values(suspended_at=utc_text(at)))
    return done


def _restore_if_due(
    session: Connection, settings: Settings, account_id: str, by: str, at: datetime
) -> None:
    """Restore an account that strikes suspended; one suspended by a person stays so."""
    of_account = strike.c.account_id == account_id
    suspending = select(strike.c.id).where(of_account, strike.c.suspended_at.is_not(None))
    if session.scalar(suspending.limit(1)) is None:
        return
    if counting(session, settings, account_id, at) < settings.strike_limit:
        accounts.restore_account(session, account_id, by=by, why="strikes were taken back")
        session.execute(update(strike).where(of_account).values(suspended_at=None))


def _log(session: Connection, notice_id: str, account_id: str, what: str) -> None:
    salt = salt_of(session, notice_id)
    body = {"notice": notice_id, "account": personal(account_id, salt), "strike": what}
    append(session, EntryKind.STRUCK, None, body)
