"""The ledger as its keeper sees it: checkpoints, witnesses, keys; and who administered what."""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi.responses import Response

from cleardance.accounts import audit
from cleardance.accounts.roles import Permission
from cleardance.clearance.service import Service
from cleardance.errors import CleardanceError
from cleardance.ledger import cosigning, history, log, verify, witness
from cleardance.ledger.note import split
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.permitting import needing
from cleardance.server.pages.visit import Visit

router = page_router("/operate")
_LEDGER: Final = "/operate/ledger"
_NEWEST: Final = 20
_ACTS: Final = 200
Operator = Annotated[Visit, needing(Permission.OPERATE)]
Auditor = Annotated[Visit, needing(Permission.READ_AUDIT)]


@router.get("/ledger")
def ledger(seen: Operator) -> Response:
    """Show the newest checkpoints and entries, the keys, and who cosigned."""
    return _ledger(seen)


@router.post("/ledger/sign")
def sign(seen: Operator) -> Response:
    """Sign the ledger as it is now."""
    return _after(seen, lambda: _signed(seen.service))


@router.post("/ledger/cosign")
def cosign(seen: Operator) -> Response:
    """Ask the witnesses that the settings name to cosign the newest checkpoint."""
    return _after(seen, lambda: _cosigned(seen.service))


@router.post("/ledger/verify")
def check(seen: Operator) -> Response:
    """Recompute the whole ledger from its rows."""
    return _after(seen, lambda: _verified(seen.service))


@router.get("/audit")
def acts(seen: Auditor) -> Response:
    """List who administered what, the newest first."""
    with seen.service.store.read() as session:
        rows = audit.listing(session, newest=_ACTS)
    return seen.html("operate/audit.html", "Audit", {"rows": rows}, here="/operate/audit")


def _after(seen: Visit, act: Callable[[], str]) -> Response:
    try:
        return _ledger(seen, said=act())
    except CleardanceError as error:
        return _ledger(seen, problem=error.diagnostics(), status=error.http_status)


def _signed(service: Service) -> str:
    _, size, *_ = service.checkpoint().splitlines()
    return f"Signed: a checkpoint covers {int(size):,} entries."


def _cosigned(service: Service) -> str:
    quorum = max(1, service.settings.witness_quorum)
    note = cosigning.gather(service.store, service.checkpoint(), service.witnesses, quorum)
    found = witness.cosignatures(note, [one.key for one in service.witnesses])
    return f"Cosigned by {', '.join(one.witness.name for one in found)}."


def _verified(service: Service) -> str:
    found = verify.verify(service.store, service.ledger_keys.publics)
    return (
        f"Verified: {found.size:,} entries, every node and {found.checkpoints:,} checkpoints. "
        f"The root is {found.root.hex()}."
    )


def _ledger(
    seen: Visit, *, said: str | None = None, problem: str | None = None, status: int = 200
) -> Response:
    service = seen.service
    known = [one.key for one in service.witnesses]
    with service.store.read() as session:
        size = log.count(session)
        signed = verify.newest_checkpoints(session, _NEWEST)
        entries = history.newest(session, _NEWEST)
    told = {
        "size": size,
        "checkpoints": [
            (
                one,
                len(split(one.note)[1]),
                [c.witness.name for c in witness.cosignatures(one.note, known)],
            )
            for one in signed
        ],
        "entries": entries,
        "keys": service.ledger_keys.publics,
        "witnesses": service.witnesses,
        "quorum": service.settings.witness_quorum,
        "policy": service.settings.witness_policy,
        "said": said,
        "problem": problem,
    }
    return seen.html("operate/ledger.html", "Ledger", told, here=_LEDGER, status=status)
