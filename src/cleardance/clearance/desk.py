"""Screening a text or a file by itself, for an account, without making anything."""

from datetime import datetime
from pathlib import Path

from cleardance.clearance.service import Service
from cleardance.rights.licence import Asker, Use
from cleardance.rights.snapshot import current
from cleardance.screen.ask import screen_ask
from cleardance.screen.consent import screen_file
from cleardance.verdict import Verdict


def screen_words(
    service: Service, account: str, text: str, at: datetime, *, post: bool = False
) -> Verdict:
    """Return the verdict on a text as a prompt of ``account``; as a post, if it is to be one."""
    asker = _asker(service, account, at, Use.POST if post else Use.PROMPT)
    return screen_ask(text, current(service.store), asker=asker)


def screen_path(
    service: Service, account: str, path: Path, at: datetime, *, post: bool = False
) -> Verdict:
    """Return the verdict on a file as a reference of ``account``; as a post, if it is to be one.

    Raises UnreadableMedia, MediaTooLarge.
    """
    asker = _asker(service, account, at, Use.POST if post else Use.REFERENCE)
    return screen_file(path, current(service.store), service.matchers, asker=asker)


def _asker(service: Service, account: str, at: datetime, use: Use) -> Asker:
    with service.store.read() as session:
        return service.asker(session, account, at).asking(use)
