"""What about a whole notice must be looked at by a person before anything is done on it.

Each concern is told to both sides: to the sender, and to whoever it would be done to.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from cleardance.rights.licence import state
from cleardance.rights.notices.form import NoticeForm
from cleardance.rights.notices.suspending import misuse_by, suspended_until
from cleardance.rights.notices.works import registered, rows_of
from cleardance.rights.row import RegistryRow
from cleardance.rights.snapshot import current
from cleardance.store import Store

_MANY: Final = 10_000
"""A notice that points at more outputs is looked at: nobody has watched so many."""


class Worry(StrEnum):
    """Why a notice is held for a person."""

    PUBLIC_DOMAIN = "public_domain"
    LICENCE_IN_FORCE = "licence_in_force"
    OTHER_OWNER = "other_owner"
    UNKNOWN_SENDER = "unknown_sender"
    EARLIER_MISUSE = "earlier_misuse"
    SUSPENDED_SENDER = "suspended_sender"
    VERY_MANY = "very_many"


@dataclass(frozen=True)
class Concern:
    """One: what the sender is told, and who else is told what."""

    worry: Worry
    to_sender: str
    other: str | None = None
    to_other: str | None = None

    def to_json(self) -> dict[str, str | None]:
        """Return it as it is stored and shown."""
        return {**asdict(self), "worry": self.worry.value}


@dataclass(frozen=True)
class Intake:
    """How a notice comes in: whether one of us vouches for its sender, and how misuse counts.

    After ``misuse_limit`` notices that were misuse a sender's are not handled for ``misuse_days``.
    """

    is_vouched: bool = True
    misuse_limit: int = 2
    misuse_days: int = 90


def concerns_about(
    store: Store, form: NoticeForm, now: datetime, intake: Intake
) -> tuple[Concern, ...]:
    """Return what a person must look at before the notice is acted on; none is the usual."""
    found = [one for row in rows_of(store, form) for one in _about_work(store, row, form, now)]
    found += _about_sender(store, form, now, intake)
    if len(form.located) > _MANY:
        found.append(
            Concern(
                Worry.VERY_MANY,
                f"The notice points at {len(form.located)} places; a person looks at samples of "
                "them first.",
            )
        )
    return tuple(found)


def _about_sender(
    store: Store, form: NoticeForm, now: datetime, intake: Intake
) -> Iterator[Concern]:
    """Yield what speaks against its sender; whoever anybody may be registers no works of theirs."""
    if form.works and not intake.is_vouched:
        yield Concern(
            Worry.UNKNOWN_SENDER,
            "Anybody can send this form: a person looks first at whether you may speak for the "
            "owner. Until then nothing is registered or removed.",
        )
    sender, limit = sender_key(form), intake.misuse_limit
    with store.read() as connection:
        earlier = misuse_by(connection, sender)
        until = suspended_until(connection, sender, now, limit=limit, days=intake.misuse_days)
    if until is not None:
        yield Concern(
            Worry.SUSPENDED_SENDER,
            f"Notices from this address are not handled until {until:%Y-%m-%d}: {len(earlier)} "
            "before were found to be misuse (Regulation (EU) 2022/2065, Art. 23(2)).",
        )
    elif earlier:
        yield Concern(
            Worry.EARLIER_MISUSE,
            f"{len(earlier)} earlier notices from this address were found to be misuse; this one "
            "is looked at by a person first (17 USC 512(f); Regulation (EU) 2022/2065, Art. 23).",
        )


def sender_key(form: NoticeForm) -> str:
    """Return how earlier notices of the same sender are found."""
    sender = form.sender
    return (sender.email or sender.phone or sender.name or "").casefold()


def _about_work(
    store: Store, row: RegistryRow, form: NoticeForm, now: datetime
) -> Iterator[Concern]:
    known = registered(store, row)
    owner = form.sender.on_behalf_of or form.sender.name
    if row.public_domain or (known and known.public_domain) or row.policy == "public_domain":
        yield Concern(
            Worry.PUBLIC_DOMAIN,
            f'"{row.name}" is in the public domain by what is registered. Nothing is done about it '
            "unless a person finds otherwise; tell us which version of it is yours.",
        )
    if known is None:
        return
    if known.owner and owner and not _may_be_one(known.owner, owner):
        yield Concern(
            Worry.OTHER_OWNER,
            f'"{row.name}" is registered by somebody else. Show that you act for its owner.',
            known.owner,
            f'{owner} sent a notice about "{row.name}", which is registered as yours. Tell us '
            "whether they act for you.",
        )
    yield from _licensed(store, known.work_id, row.name, now)


def _may_be_one(one: str, other: str) -> bool:
    """Tell whether two owners' names share a word: Disney may well speak for Disney/Marvel."""
    first, second = (set(re.findall(r"\w{3,}", name.casefold())) for name in (one, other))
    return bool(first & second)


def _licensed(store: Store, work_id: str, name: str, now: datetime) -> Iterator[Concern]:
    for held in current(store).licences_about(work_id):
        if state(held, now) == "in force":
            holder = held.grantee.name or "everyone"
            yield Concern(
                Worry.LICENCE_IN_FORCE,
                f'A licence of "{name}" is in force. What it covers is listed as licensed and '
                "stays; if it has ended, say so.",
                holder,
                f'A notice about "{name}" was received, which contradicts your licence {held.id}. '
                "A person looks at it; nothing that the licence covers is touched meanwhile.",
            )
