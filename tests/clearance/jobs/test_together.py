"""Requests that come at once: stored with one commit, each for itself."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Connection, event, select

from cleardance.accounts.accounts import create_account
from cleardance.accounts.limits import Limits
from cleardance.accounts.roles import Principal
from cleardance.clearance.jobs.admitting import Outcome, RegistryMoved, admit_all
from cleardance.clearance.jobs.incoming import Incoming, JobOptions, Submitted
from cleardance.clearance.jobs.submitting import judge_again, prepare
from cleardance.clearance.jobs.together import MOST_AT_ONCE, MOST_WAITING, Together
from cleardance.clearance.service import Service
from cleardance.errors import NotFound, QueueFull, RateLimited, StoreError
from cleardance.ledger.verify import verify
from cleardance.rights.registry import register
from cleardance.rights.row import RegistryRow
from cleardance.rights.snapshot import current
from cleardance.store.tables import TaskStatus, ledger_entry, task
from tests.accounts.holders import holder
from tests.clearance.asking import kinds, request


def incoming(
    service: Service,
    prompt: str = "a red ball bounces in a meadow",
    account: str = "local",
    principal: Principal | None = None,
    options: JobOptions | None = None,
) -> Incoming:
    asked = request(prompt, account=account)
    return prepare(service, asked, principal=principal, options=options or JobOptions())


@contextmanager
def commits(service: Service) -> Iterator[list[None]]:
    """Count the commits of write transactions."""
    seen: list[None] = []

    def note(connection: Connection) -> None:
        if connection.get_execution_options()["cleardance_writes"]:
            seen.append(None)

    event.listen(service.store._engine, "commit", note)
    try:
        yield seen
    finally:
        event.remove(service.store._engine, "commit", note)


def stored(service: Service, all_: list[Incoming]) -> list["Future[Outcome]"]:
    """Have all of them stored that have gathered before anything was."""
    together = Together(service)
    futures: list[Future[Outcome]] = [Future() for _ in all_]
    for one, future in zip(all_, futures, strict=True):
        together.put(one, future)
    thread = threading.Thread(target=together.run)
    thread.start()
    together.close()
    thread.join()
    return futures


def test_what_comes_at_once_is_one_commit_and_each_is_logged(service: Service) -> None:
    prompts = ["a red ball bounces", "Squid Game guards march past"] * 10
    asked = [incoming(service, prompt) for prompt in prompts]
    with commits(service) as seen:
        outcomes = [future.result() for future in stored(service, asked)]
    assert len(seen) == 1
    for one, outcome in zip(asked, outcomes, strict=True):
        assert isinstance(outcome, Submitted)
        denied = "Squid" in one.request.prompt
        assert outcome.status is (TaskStatus.DENIED if denied else TaskStatus.QUEUED)
        assert (outcome.verdict is not None) == denied
        expected = ["asked", "verdict", "refused"] if denied else ["asked", "verdict"]
        assert kinds(service, outcome.task_id) == expected
        assert service.task(outcome.task_id).status is outcome.status
    service.checkpoint()
    verify(service.store, [service.ledger_keys.public])


def test_what_is_kept_out_holds_up_nobody_else(service: Service) -> None:
    first, second = incoming(service), incoming(service)
    nobody = replace(incoming(service), request=request(account="nobody"))
    twice = replace(incoming(service), task_id=first.task_id)  # which the database refuses
    futures = stored(service, [first, nobody, second])
    assert isinstance(futures[1].exception(), NotFound)
    more = stored(service, [incoming(service), twice, incoming(service)])
    with pytest.raises(StoreError):
        more[1].result()
    for future in (futures[0], futures[2], more[0], more[2]):
        assert isinstance(future.result(), Submitted)
    with service.store.read() as session:
        assert len(session.scalars(select(task.c.id)).all()) == 4


def test_accounts_take_turns_so_a_flood_delays_nobody_elses_request(service: Service) -> None:
    create_account(service.store, "anna")
    flood = [incoming(service) for _ in range(3 * MOST_AT_ONCE)]
    single = incoming(service, account="anna")
    stored(service, [*flood, single])
    with service.store.read() as session:
        asked = select(ledger_entry.c.task_id).where(ledger_entry.c.kind == "asked")
        order = list(session.scalars(asked.order_by(ledger_entry.c.index)))
    assert order.index(single.task_id) < 2


def test_an_account_with_too_much_waiting_is_told_to_come_again(service: Service) -> None:
    create_account(service.store, "anna")
    together, one = Together(service), incoming(service)
    for n in range(MOST_WAITING):
        together.put(replace(one, task_id=f"t-{n}"), Future())
    with pytest.raises(QueueFull):
        together.put(one, Future())
    together.put(incoming(service, account="anna"), Future())
    assert together.waiting == MOST_WAITING + 1


def test_two_of_one_key_do_not_slip_past_its_limit_together(service: Service) -> None:
    who = holder(service.store, "anna", limits=Limits(concurrent_tasks=1))
    asked = [incoming(service, account="anna", principal=who) for _ in range(3)]
    outcomes = [future.exception() for future in stored(service, asked)]
    assert [type(one) for one in outcomes] == [type(None), RateLimited, RateLimited]


def test_a_create_and_its_retry_at_once_are_one(service: Service) -> None:
    asked = [incoming(service, options=JobOptions(dedupe_key="the same")) for _ in range(2)]
    first, second = (future.result() for future in stored(service, asked))
    assert isinstance(first, Submitted)
    assert isinstance(second, Submitted)
    assert (second.task_id, second.joined) == (first.task_id, True)


def test_what_was_registered_meanwhile_is_not_let_past(service: Service) -> None:
    prompt = "the Zorblax Chronicles at dawn"
    current(service.store)
    early = incoming(service, prompt)
    row = {"name": "Zorblax Chronicles", "kind": "series", "owner": "Zorblax Ltd"}
    register(service.store, [RegistryRow.model_validate(row)])
    with service.store.begin() as session:
        [outcome] = admit_all(session, service, [early])
    assert isinstance(outcome, RegistryMoved)
    with service.store.begin() as session:
        [outcome] = admit_all(session, service, [judge_again(service, early)])
    assert isinstance(outcome, Submitted)
    assert outcome.status is TaskStatus.DENIED
