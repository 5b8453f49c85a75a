"""Rows for the EU's transparency database of statements of reasons (DSA Art. 24(5)).

The model holds what the Commission's schema requires (its version since July 2025); nothing in a
row is personal: no account, no prompt, no name of a sender.
"""

from datetime import date, datetime
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy import select

from cleardance.clearance.notices.statements import Reasons
from cleardance.clearance.service import Service
from cleardance.rights.notices.form import Law, NoticeKind
from cleardance.store.tables import notice, statement, task, utc_text

ContentType = Literal[
    "CONTENT_TYPE_APP", "CONTENT_TYPE_AUDIO", "CONTENT_TYPE_IMAGE", "CONTENT_TYPE_OTHER",
    "CONTENT_TYPE_PRODUCT", "CONTENT_TYPE_SYNTHETIC_MEDIA", "CONTENT_TYPE_TEXT",
    "CONTENT_TYPE_VIDEO",
]  # fmt: skip
Category = Literal[
    "STATEMENT_CATEGORY_ANIMAL_WELFARE",
    "STATEMENT_CATEGORY_CONSUMER_INFORMATION",
    "STATEMENT_CATEGORY_CYBER_VIOLENCE",
    "STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN",
    "STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
    "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
    "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
    "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
    "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE",
    "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
    "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
    "STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY",
    "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
    "STATEMENT_CATEGORY_SELF_HARM",
    "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS",
    "STATEMENT_CATEGORY_VIOLENCE",
]
Keyword = Literal[
    "KEYWORD_COPYRIGHT_INFRINGEMENT",
    "KEYWORD_TRADEMARK_INFRINGEMENT",
    "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE",
    "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING",
]
Visibility = Literal[
    "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED",
    "DECISION_VISIBILITY_CONTENT_DEMOTED",
    "DECISION_VISIBILITY_CONTENT_DISABLED",
    "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED",
    "DECISION_VISIBILITY_CONTENT_LABELLED",
    "DECISION_VISIBILITY_CONTENT_REMOVED",
    "DECISION_VISIBILITY_OTHER",
]
_Long = Annotated[str, StringConstraints(min_length=1, max_length=5000)]


class DsaRow(BaseModel):
    """One row, checked field by field as the database checks it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decision_visibility: tuple[Visibility, ...] | None = None
    decision_monetary: Literal[
        "DECISION_MONETARY_SUSPENSION", "DECISION_MONETARY_TERMINATION", "DECISION_MONETARY_OTHER"
    ] | None = None  # fmt: skip
    decision_provision: Literal[
        "DECISION_PROVISION_PARTIAL_SUSPENSION", "DECISION_PROVISION_TOTAL_SUSPENSION",
        "DECISION_PROVISION_PARTIAL_TERMINATION", "DECISION_PROVISION_TOTAL_TERMINATION",
    ] | None = None  # fmt: skip
    decision_account: (
        Literal["DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED"] | None
    ) = None
    decision_ground: Literal[
        "DECISION_GROUND_ILLEGAL_CONTENT", "DECISION_GROUND_INCOMPATIBLE_CONTENT"
    ]
    illegal_content_legal_ground: Annotated[str, StringConstraints(max_length=500)] | None = None
    illegal_content_explanation: Annotated[str, StringConstraints(max_length=2000)] | None = None
    incompatible_content_ground: Annotated[str, StringConstraints(max_length=500)] | None = None
    incompatible_content_explanation: Annotated[str, StringConstraints(max_length=2000)] | None = (
        None
    )
    content_type: tuple[ContentType, ...] = Field(min_length=1)
    category: Category
    category_specification: tuple[Keyword, ...] = ()
    territorial_scope: tuple[str, ...] = Field(min_length=1)
    content_date: date
    application_date: date
    decision_facts: _Long
    source_type: Literal[
        "SOURCE_ARTICLE_16", "SOURCE_TRUSTED_FLAGGER", "SOURCE_TYPE_OTHER_NOTIFICATION",
        "SOURCE_VOLUNTARY",
    ]  # fmt: skip
    automated_detection: Literal["Yes", "No"]
    automated_decision: Literal[
        "AUTOMATED_DECISION_FULLY", "AUTOMATED_DECISION_PARTIALLY",
        "AUTOMATED_DECISION_NOT_AUTOMATED",
    ]  # fmt: skip
    puid: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,500}$")]

    @model_validator(mode="after")
    def _says_what_and_why(self) -> Self:
        decisions = (self.decision_visibility, self.decision_monetary, self.decision_provision,
                     self.decision_account)  # fmt: skip
        if not any(decisions):
            raise ValueError("a row states at least one decision")
        kind = "illegal" if self.decision_ground.endswith("ILLEGAL_CONTENT") else "incompatible"
        pair = {
            "illegal": (self.illegal_content_legal_ground, self.illegal_content_explanation),
            "incompatible": (
                self.incompatible_content_ground,
                self.incompatible_content_explanation,
            ),
        }
        if not all(pair[kind]):
            raise ValueError(f"the ground of {kind} content and its explanation are needed")
        return self


EEA: Final = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
_CATEGORIES: Final[dict[NoticeKind, tuple[Category, Keyword]]] = {
    NoticeKind.COPYRIGHT: (
        "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "KEYWORD_COPYRIGHT_INFRINGEMENT",
    ),
    NoticeKind.TRADEMARK: (
        "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "KEYWORD_TRADEMARK_INFRINGEMENT",
    ),
    NoticeKind.LIKENESS: (
        "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE",
    ),
    NoticeKind.INTIMATE_IMAGE: (
        "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING",
    ),
}


def dsa_rows(service: Service, start: datetime, end: datetime) -> list[DsaRow]:
    """Return a row for each statement of reasons made from ``start`` until before ``end``."""
    on = statement.c
    query = (
        select(
            on.id, on.body, on.at, notice.c.kind, notice.c.law, task.c.created_at, task.c.request
        )
        .join(notice, notice.c.id == on.notice_id)
        .outerjoin(task, task.c.id == on.subject)
        .where(on.at >= utc_text(start), on.at < utc_text(end))
        .order_by(on.at, on.id)
    )
    with service.store.read() as session:
        rows = session.execute(query).all()
    return [
        _row(one.id, Reasons.model_validate(one.body), one.at, NoticeKind(one.kind), Law(one.law),
             one.created_at or one.at, is_still=bool(one.request and one.request.get("still")))
        for one in rows
    ]  # fmt: skip


def _row(
    statement_id: str,
    reasons: Reasons,
    at: str,
    kind: NoticeKind,
    law: Law,
    made_at: str,
    *,
    is_still: bool,
) -> DsaRow:
    category, keyword = _CATEGORIES[kind]
    removed = reasons.restriction == "removal"
    medium: ContentType = "CONTENT_TYPE_IMAGE" if is_still else "CONTENT_TYPE_VIDEO"
    return DsaRow(
        decision_visibility=("DECISION_VISIBILITY_CONTENT_DISABLED",) if removed else None,
        decision_provision=None if removed else "DECISION_PROVISION_PARTIAL_SUSPENSION",
        decision_ground="DECISION_GROUND_ILLEGAL_CONTENT",
        illegal_content_legal_ground=reasons.legal_ground[:500],
        illegal_content_explanation=reasons.explanation[:2000],
        content_type=(medium, "CONTENT_TYPE_SYNTHETIC_MEDIA"),
        category=category,
        category_specification=(keyword,),
        territorial_scope=EEA,
        content_date=date.fromisoformat(made_at[:10]),
        application_date=date.fromisoformat(at[:10]),
        decision_facts=_facts(reasons),
        source_type="SOURCE_ARTICLE_16"
        if law is Law.EU_DSA_16
        else "SOURCE_TYPE_OTHER_NOTIFICATION",
        automated_detection="Yes" if reasons.automated_detection else "No",
        automated_decision="AUTOMATED_DECISION_NOT_AUTOMATED",
        puid=statement_id,
    )


def _facts(reasons: Reasons) -> str:
    """Return the facts without what was quoted of a prompt, which may be personal."""
    how = (
        "A search of stored prompts and signals of generated outputs found it."
        if reasons.automated_detection
        else "The notice pointed at it."
    )
    what = (
        "An output made by a generative model was disabled on a rights-holder's notice."
        if reasons.restriction == "removal"
        else "API keys were revoked on a rights-holder's notice."
    )
    return f"{what} {how}"
