"""Entries of the ledger with their proofs, for anybody to verify."""

from cleardance.clearance.service import Service
from cleardance.ledger.history import proof_of
from cleardance.ledger.proof import Proof


def proved(service: Service, index: int, since: int | None = None) -> Proof:
    """Return an entry with the proof that it is under a checkpoint signed now.

    ``since`` also proves that nothing changed since the ledger had that size. Raises NotFound or
    UsageError for what is not there.
    """
    service.checkpoint()
    with service.store.read() as session:
        return proof_of(session, index, since)
