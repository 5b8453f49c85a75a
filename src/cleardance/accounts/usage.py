"""How much was used: tokens, counted once for each released output."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from cleardance.request import FPS, Request
from cleardance.store.tables import task, usage, utc_text


def tokens_of(request: Request) -> int:
    """Return the tokens of an output, ``w · h · frames / 1024`` rounded down; a still is one frame.

    As the Ark API counts them: 24 frames a second and one more.
    """
    width_px, height_px = request.size
    frames = 1 if request.still else round(FPS * request.duration_s) + 1
    return width_px * height_px * frames // 1024


def count_usage(session: Connection, task_id: str, moment: datetime) -> None:
    """Count what a task was queued with, in the transaction that releases it; a second time never.

    The task's row is locked by that transaction, so nobody else counts it at the same moment.
    """
    if session.scalar(select(usage.c.task_id).where(usage.c.task_id == task_id)) is not None:
        return
    of_task = select(
        task.c.id, task.c.account_id, task.c.key_id, task.c.tokens, task.c.cost_micros
    ).where(task.c.id == task_id)
    row = session.execute(of_task).mappings().one()
    values = {name: row[name] for name in ("account_id", "key_id", "tokens", "cost_micros")}
    session.execute(
        insert(usage).values(task_id=row["id"], at=utc_text(moment), **values),
    )
