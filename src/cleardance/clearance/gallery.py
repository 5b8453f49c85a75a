"""An account's own tasks, newest first, as its gallery lists them."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from cleardance.clearance.serving import removed_by
from cleardance.store.tables import TaskStatus, task

PAGE: Final = 24


@dataclass(frozen=True)
class Tile:
    """One task in a gallery; ``status`` is ``removed`` where a notice took its output down."""

    id: str
    status: str
    prompt: str
    created_at: str


def gallery(
    session: Connection, account_id: str, *, before: str | None = None, search: str = ""
) -> tuple[list[Tile], str | None]:
    """Return a page of an account's tasks, and the id to go on before, if there are more.

    ``search`` are words of the prompt, in any case, or a task's id. Erased tasks are left out.
    """
    columns = (task.c.id, task.c.status, task.c.created_at, task.c.request)
    mine = select(*columns).where(task.c.account_id == account_id, task.c.request.is_not(None))
    if before is not None:
        mine = mine.where(task.c.id < before)
    if search:
        words = task.c.request["prompt"].as_string().icontains(search, autoescape=True)
        mine = mine.where(words | (task.c.id == search))
    rows = session.execute(mine.order_by(task.c.id.desc()).limit(PAGE + 1)).all()
    tiles = [_tile(session, *row) for row in rows[:PAGE]]
    return tiles, tiles[-1].id if len(rows) > PAGE else None


def _tile(
    session: Connection, id_: str, status: str, created_at: str, request: dict[str, str]
) -> Tile:
    if status == TaskStatus.RELEASED and removed_by(session, id_) is not None:
        status = "removed"
    return Tile(id_, status, request["prompt"], created_at)
