"""Every table, in the words of the design; portable types, so that PostgreSQL is a URL away.

Times are RFC 3339 text in UTC with microseconds (``2026-02-17T09:00:00.000000Z``): the same bytes
in every database, and their order as text is their order in time. Ids are text made by the caller,
or integers made by the database where nobody cites them.
Digests and blobs are lower-case SHA-256 hex; hashes of the ledger are 32 raw bytes.

A change here needs a migration in ``store/migrations``; a test refuses any drift between the two.
"""

from cleardance.store.tables.accounts import (
    HoldingKind,
    account,
    admin_act,
    api_key,
    holding,
    usage,
)
from cleardance.store.tables.base import metadata, utc_now, utc_text
from cleardance.store.tables.browsers import browser, password
from cleardance.store.tables.ledger import ledger_checkpoint, ledger_entry, ledger_node, meta
from cleardance.store.tables.licences import (
    GranteeKind,
    LicenceKind,
    RequestStatus,
    licence,
    licence_evidence,
    licence_request,
    licence_work,
    person_link,
)
from cleardance.store.tables.notices import (
    NoticeStatus,
    StepState,
    enforcement,
    misuse,
    notice,
    notice_file,
    removal,
)
from cleardance.store.tables.redress import (
    ComplaintStatus,
    CounterStatus,
    complaint,
    counter_notice,
    statement,
    strike,
)
from cleardance.store.tables.tasks import (
    ReviewStatus,
    Stage,
    TaskStatus,
    Tier,
    asset,
    output_signal,
    queue_turn,
    remote_job,
    review,
    task,
    task_event,
    task_reference,
    verdict,
    verdict_picture,
    verdict_work,
)
from cleardance.store.tables.training import excluded_sample, trained_model, training_set
from cleardance.store.tables.webhooks import DeliveryStatus, webhook_delivery
from cleardance.store.tables.works import (
    Act,
    NameKind,
    reference_signal,
    rule_set,
    work,
    work_change,
    work_name,
    work_reference,
)

REVISION = "0023"
"""The newest migration; a database at any other is migrated, or refused, when it is opened."""

__all__ = [
    "REVISION",
    "Act",
    "ComplaintStatus",
    "CounterStatus",
    "DeliveryStatus",
    "GranteeKind",
    "HoldingKind",
    "LicenceKind",
    "NameKind",
    "NoticeStatus",
    "RequestStatus",
    "ReviewStatus",
    "Stage",
    "StepState",
    "TaskStatus",
    "Tier",
    "account",
    "admin_act",
    "api_key",
    "asset",
    "browser",
    "complaint",
    "counter_notice",
    "enforcement",
    "excluded_sample",
    "holding",
    "ledger_checkpoint",
    "ledger_entry",
    "ledger_node",
    "licence",
    "licence_evidence",
    "licence_request",
    "licence_work",
    "meta",
    "metadata",
    "misuse",
    "notice",
    "notice_file",
    "output_signal",
    "password",
    "person_link",
    "queue_turn",
    "reference_signal",
    "remote_job",
    "removal",
    "review",
    "rule_set",
    "statement",
    "strike",
    "task",
    "task_event",
    "task_reference",
    "trained_model",
    "training_set",
    "usage",
    "utc_now",
    "utc_text",
    "verdict",
    "verdict_picture",
    "verdict_work",
    "webhook_delivery",
    "work",
    "work_change",
    "work_name",
    "work_reference",
]
