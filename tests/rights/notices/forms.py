"""Notices that tests change a field of."""

from typing import Any

from cleardance.rights.notices.form import NoticeForm, parse_notice

COPYRIGHT: dict[str, Any] = {
    "kind": "copyright",
    "sender": {
        "name": "A. Counsel",
        "role": "attorney",
        "email": "counsel@example.com",
        "on_behalf_of": "Example Pictures",
    },
    "received": "2026-02-17T09:00:00Z",
    "deadline": "3 business days",
    "works": [{"name": "Lantern Street", "kind": "series"}],
    "located": [{"hashtag": "#LanternStreet"}],
    "demands": ["remove", "account"],
    "statements": {"good_faith": True, "accurate_under_penalty_of_perjury": True},
    "signature": "/s/ A. Counsel",
}
INTIMATE: dict[str, Any] = {
    "kind": "intimate-image",
    "sender": {"name": "P. Shown", "email": "shown@example.com"},
    "located": [{"output": "cgt-20260217090000-00000000"}],
    "statements": {"no_consent": True},
    "signature": "/s/ P. Shown",
}


def copyright_form(**changed: object) -> NoticeForm:
    return parse_notice(COPYRIGHT | changed)


def intimate_form(**changed: object) -> NoticeForm:
    return parse_notice(INTIMATE | changed)
