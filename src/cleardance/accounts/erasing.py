"""Deleting what is personal about an account; its id stays, which says nothing of whose it was."""

from sqlalchemy import Connection, delete, or_, select, update

from cleardance.accounts.keys import revoke_keys_of_account
from cleardance.accounts.lookup import account_id
from cleardance.store.tables import (
    account,
    admin_act,
    api_key,
    browser,
    holding,
    licence_request,
    password,
    rule_set,
    task,
    work_change,
)


def erase_name(session: Connection, name: str, *, by: str) -> None:
    """Delete an account's name wherever it is kept, its end users, and what was said of it.

    Its keys are revoked for good. What it used and what it did stay, under its id. Raises NotFound.
    """
    id_ = account_id(session, name)
    revoke_keys_of_account(session, id_, by=by, why="the account was erased")
    its_keys = select(api_key.c.id).where(api_key.c.account_id == id_)
    of_it = or_(admin_act.c.subject == id_, admin_act.c.subject.in_(its_keys))
    silent = {"why": None, "detail": None, "salt": None}
    session.execute(update(admin_act).where(of_it).values(**silent))
    session.execute(update(api_key).where(api_key.c.account_id == id_).values(name=None))
    session.execute(update(task).where(task.c.account_id == id_).values(end_user=None))
    asked = licence_request.c.account_id == id_
    unsaid = {"message": None, "answer": None, "salt": None}
    session.execute(update(licence_request).where(asked).values(**unsaid))
    for table in (password, browser):
        session.execute(delete(table).where(table.c.account_id == id_))
    session.execute(delete(holding).where(holding.c.account_id == id_))
    # Acts bind these to an account's id, so that the name can go.
    session.execute(update(work_change).where(work_change.c.account == name).values(account=id_))
    by_it = rule_set.c.activated_by == name
    session.execute(update(rule_set).where(by_it).values(activated_by=id_))
    nobody = {"name": id_, "partner": None, "salt": None}
    session.execute(update(account).where(account.c.id == id_).values(**nobody))
