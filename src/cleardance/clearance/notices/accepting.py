"""How notices come in; and a held one accepted: what it names by address is fetched then."""

from dataclasses import replace

from cleardance.clearance.fetching import local_file
from cleardance.clearance.service import Service
from cleardance.rights.notices import filing
from cleardance.rights.notices.attached import names_of, note_files
from cleardance.rights.notices.concerns import Intake
from cleardance.rights.notices.filing import FiledNotice


def from_us(service: Service) -> Intake:
    """Return how a notice comes in that somebody of ours hands in for its sender."""
    settings = service.settings
    return Intake(misuse_limit=settings.misuse_limit, misuse_days=settings.misuse_days)


def from_anybody(service: Service) -> Intake:
    """Return how a notice comes in over the public form or API, where nobody vouches for it."""
    return replace(from_us(service), is_vouched=False)


def accept(service: Service, notice_id: str, *, by: str, reason: str) -> FiledNotice:
    """Let a held notice have effect, as a person decided; see ``filing.accept``.

    Anybody may send a notice, so nothing that it points at is fetched before. Raises as
    ``filing.accept`` and ``media.fetch`` do; the notice stays held then.
    """
    filed = filing.find(service.store, notice_id)
    fetched = {}
    for name in names_of(filed.form):
        if name.lower().startswith(("http://", "https://")):
            with local_file(service, name) as (path, _):
                fetched[name] = service.store.blobs.put_file(path)
    with service.store.begin() as session:
        note_files(session, notice_id, fetched)
    return filing.accept(service.store, notice_id, by=by, reason=reason)
