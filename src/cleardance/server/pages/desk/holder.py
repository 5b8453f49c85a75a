"""Who is at the desk, and which works concern them: operators all, rights-holders their own."""

from collections.abc import Sequence
from dataclasses import dataclass

from cleardance.accounts.holdings import owners_of, works_of
from cleardance.accounts.roles import Permission, Principal
from cleardance.clearance.service import Service
from cleardance.errors import NotFound, RegistryError
from cleardance.rights import registry
from cleardance.rights.licence_rows import LicenceRecord
from cleardance.rights.notices import filing
from cleardance.rights.notices.filing import FiledNotice
from cleardance.rights.registry import RegisteredWork
from cleardance.server.pages.permitting import who
from cleardance.server.pages.visit import Visit
from cleardance.verdict import WorkSummary


@dataclass(frozen=True)
class Holder:
    """Whoever is at the desk. ``works`` are the ids of those that concern them, None for all.

    ``owners`` are those for whom they register works; empty for operators, who may for anybody.
    What is not theirs is to them as if it were not there.
    """

    service: Service
    who: Principal
    works: frozenset[str] | None
    owners: tuple[str, ...]

    def work(self, work_id: str) -> RegisteredWork:
        """Return a work of theirs. Raises NotFound."""
        self.check(work_id)
        return registry.show(self.service.store, work_id)

    def check(self, work_id: str) -> None:
        """Raise NotFound unless a work is theirs."""
        if self.works is not None and work_id not in self.works:
            raise NotFound("There is no such work among yours.")

    def check_owner(self, owner: str | None) -> None:
        """Raise RegistryError unless they may register works of an owner."""
        if self.works is not None and owner not in self.owners:
            raise RegistryError(
                "You register works of the owners you act for, and of no others.",
                hint="An operator ties your account to an owner.",
            )

    def listing(self, search: str, limit: int) -> list[WorkSummary]:
        """Return up to ``limit`` of their works, by name."""
        return registry.listing(self.service.store, search or None, limit=limit, among=self.works)

    def may_see(self, licence: LicenceRecord) -> bool:
        """Whether a licence is about works of theirs alone: others' dealings are not shown."""
        return self.works is None or set(licence.licence.works) <= self.works

    def notices(self) -> Sequence[FiledNotice]:
        """Return the notices that they sent, the soonest deadline first; operators see all."""
        if self.works is None:
            return filing.listing(self.service.store)
        with self.service.store.read() as session:
            return filing.of_account(session, self.who.account_id)

    def notice(self, notice_id: str) -> FiledNotice:
        """Return a notice of theirs. Raises NotFound."""
        found = next((one for one in self.notices() if one.id == notice_id), None)
        if found is None:
            raise NotFound("There is no such notice among yours.")
        return found


def holder_of(seen: Visit) -> Holder:
    """Return who is at the desk. Raises AccessDenied for those who have no works to see."""
    principal = who(seen)
    if principal.may(Permission.CHANGE_REGISTRY):
        return Holder(seen.service, principal, None, ())
    with seen.service.store.read() as session:
        works, owners = works_of(session, principal), owners_of(session, principal)
    return Holder(seen.service, principal, works, owners)
