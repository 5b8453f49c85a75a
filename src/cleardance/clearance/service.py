"""What a process holds open while it works: store, keys, and the registry as it stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from cleardance import settings as settings_module
from cleardance.accounts import accounts
from cleardance.clearance import tasks
from cleardance.ledger import keys, log
from cleardance.ledger.verify import read_newest_checkpoint
from cleardance.rights.licence import Asker
from cleardance.rights.registry import ensure_starter
from cleardance.screen import rulebook
from cleardance.screen.matching import Matchers, matchers_for
from cleardance.settings import Settings
from cleardance.store import Store, open_store
from cleardance.store.failures import os_failures

if TYPE_CHECKING:  # signing brings in FFmpeg and the C2PA library, which a refusal never needs
    from cleardance.ledger.cosigning import KnownWitness
    from cleardance.provenance.authority import Authority
    from cleardance.provenance.watermark import KeyedWatermark
    from cleardance.screen.judge import Judge


@dataclass(frozen=True)
class Service:
    """One opened home. ``open_service`` makes it."""

    settings: Settings
    store: Store

    @property
    def ledger_keys(self) -> keys.Keys:
        """The key that signs checkpoints, made at first use; read anew, as it may be rotated."""
        return keys.load_or_make(self.store.home.keys, self.settings.origin)

    @cached_property
    def authority(self) -> "Authority":
        """What signs outputs: our own authority, made at first use, or the operator's."""
        from cleardance.provenance.operator import authority_of

        with os_failures(self.store.home.keys):
            return authority_of(self.settings, self.store.home.keys)

    @cached_property
    def watermark(self) -> "KeyedWatermark":
        """What marks outputs, under a key made at first use; knows others' keys put beside it."""
        from cleardance.provenance.watermark import KeyedWatermark
        from cleardance.provenance.watermark.keys import load_or_make, other_keys

        folder = self.store.home.keys
        return KeyedWatermark(load_or_make(folder), other_keys(folder))

    @cached_property
    def matchers(self) -> Matchers:
        """What looks at pictures and listens to sound, made once for all requests."""
        from cleardance.screen.removed import RemovedMatcher

        found = matchers_for(self.settings)
        return replace(found, frames=(*found.frames, RemovedMatcher(self.store)))

    @cached_property
    def judge(self) -> "Judge | None":
        """The model that is asked what it recognises; None unless the settings name one."""
        settings = self.settings
        if settings.judge_url is None or settings.judge_model is None:
            return None
        from cleardance.screen.judge_chat import ChatJudge
        from cleardance.screen.judge_client import Endpoint
        from cleardance.screen.judge_embedding import EmbeddingJudge

        key = None if settings.judge_key is None else settings.judge_key.get_secret_value()
        url, model = settings.judge_url, settings.judge_model
        endpoint = Endpoint(url, model, key, settings.judge_timeout_s)
        if settings.judge_kind == "embedding":
            return EmbeddingJudge(endpoint, *settings.judge_cosines)
        return ChatJudge(endpoint)

    def with_store(self, store: Store) -> "Service":
        """Return this service on a view of its store, with all that it has loaded."""
        other = Service(self.settings, store)
        vars(other).update({name: part for name, part in vars(self).items() if name != "store"})
        return other

    def task(self, task_id: str) -> tasks.TaskRow:
        """Return a task as stored. Raises NotFound."""
        with self.store.read() as session:
            return tasks.load(session, task_id)

    def asker(self, session: Connection, account: str, moment: datetime) -> Asker:
        """Return on whose behalf ``account``, by name, is screened. Raises NotFound."""
        found = accounts.account_id(session, account)
        partner = accounts.partner_of(session, found)
        return Asker(moment, found, partner, frozenset(self.settings.territories))

    def newest_checkpoint(self) -> str:
        """Return the newest checkpoint with the cosignatures it has; sign one if there is none."""
        with self.store.read() as session:
            newest = read_newest_checkpoint(session)
        return newest.note if newest else self.checkpoint()

    def checkpoint(self) -> str:
        """Sign the ledger as it is now; return the note."""
        return log.checkpoint(self.store, self.ledger_keys)

    @property
    def witnesses(self) -> "list[KnownWitness]":
        """Those whose cosignatures count, by the settings. Raises LedgerInvalid for a wrong key."""
        from cleardance.ledger.cosigning import KnownWitness

        return [KnownWitness.parse(text) for text in self.settings.witnesses]

    def cosigned_checkpoint(self) -> str:
        """Sign the ledger as it is now and have it cosigned by as many as the settings ask for.

        Raises WitnessUnavailable if there are fewer.
        """
        signed, quorum = self.checkpoint(), self.settings.witness_quorum
        if not quorum:
            return signed
        from cleardance.ledger.cosigning import gather

        return gather(self.store, signed, self.witnesses, quorum)


@contextmanager
def open_service(home: Path | None) -> Iterator[Service]:
    """Open a home, made at first use with its starter registry, rules and ``local`` account.

    Raises HomeUnusable, DiskFull, StoreError, or UsageError for wrong settings.
    """
    settings = settings_module.load(home)
    with open_store(settings) as store:
        ensure_starter(store)
        rulebook.ensure_shipped(store)
        accounts.ensure_local_account(store)
        yield Service(settings, store)
