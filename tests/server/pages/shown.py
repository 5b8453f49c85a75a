"""Every page, once: what checks of accessibility, widths and looks go through.

To add a page: a line here, what it shows in ``filled.py``, then
``pytest tests/server/pages/test_every_page.py --rewrite-goldens``, and look at the new pictures in
docs/images/pages.
"""

from dataclasses import dataclass
from urllib.parse import quote

from playwright.sync_api import Page


@dataclass(frozen=True)
class Shown:
    """A page: by which name it is known, where it is, and who looks at it (nobody: the public).

    ``click`` are selectors to be clicked there, one after another, to come to it.
    """

    name: str
    path: str
    who: str | None = "mara"
    click: tuple[str, ...] = ()

    def open(self, page: Page) -> None:
        """Come to it, and wait until all of it is there."""
        page.goto(self.path)
        for selector in self.click:
            page.click(selector)
        page.wait_for_load_state("networkidle")


ASKED = "A ball like in Brigerton, in a moonlit garden, with a string quartet"
PAGES = (
    Shown("landing", "/", who=None),
    Shown("signin", "/signin", who=None),
    Shown("verify", "/verify", who=None),
    Shown("notice-new", "/notices/new", who=None),
    Shown("studio", "/studio", who="jonas"),
    Shown("studio-asked", f"/studio?prompt={quote(ASKED)}", who="jonas"),
    Shown("studio-released", "/studio", who="jonas", click=("text=A sailboat crosses",)),
    Shown("studio-denied", "/studio", who="jonas", click=("text=Squid Game guards",)),
    Shown("studio-held", "/studio", who="jonas", click=("text=The Old Harbour at night",)),
    Shown("review", "/operate/review"),
    Shown("operate", "/operate"),
    Shown("operate-notices", "/operate/notices"),
    Shown("operate-notice", "/operate/notices", click=("text=Disney",)),
    Shown("operate-notice-done", "/operate/notices?done=true", click=("text=Netflix",)),
    Shown("operate-notice-held", "/operate/notices", click=("text=Somebody Else",)),
    Shown("operate-queue", "/operate/queue"),
    Shown("operate-webhooks", "/operate/webhooks"),
    Shown("operate-accounts", "/operate/accounts"),
    Shown("operate-account", "/operate/accounts/one?name=Halden%20Pictures"),
    Shown("operate-rules", "/operate/rules"),
    Shown("operate-rules-tried", "/operate/rules", click=("text=Check it",)),
    Shown("operate-models", "/operate/models"),
    Shown("operate-ledger", "/operate/ledger"),
    Shown("operate-audit", "/operate/audit"),
    Shown("operate-reports", "/operate/reports"),
    Shown("rights", "/rights", "rights desk"),
    Shown("rights-work", "/rights?q=Harbour", "rights desk", ("th a:has-text('Harbour')",)),
    Shown("rights-work-new", "/rights/works/new", "rights desk"),
    Shown("rights-cases", "/rights?q=Squid", "rights desk", ("td.number a",)),
    Shown("rights-licences", "/rights/licences", "rights desk"),
    Shown("rights-licence", "/rights/licences", "rights desk", ("tr:has-text('Halden G') a",)),
    Shown("rights-licence-new", "/rights/licences", "rights desk", ("a:text-is('Grant')",)),
    Shown("rights-request", "/rights/licences", "rights desk", ("text=Look at it",)),
    Shown("rights-notices", "/rights/notices", "rights desk"),
    Shown(
        "rights-notice",
        "/rights/notices",
        "rights desk",
        ("tr:has-text('Executed') a",),
    ),
    Shown("rights-person", "/rights?q=Ada", "rights desk", ("th a:has-text('Ada')",)),
    Shown("person", "/person", "ada quill"),
    Shown("account", "/account", "Halden Pictures"),
    Shown("account-sub", "/account", "Halden Pictures", ("text=Halden Trailers",)),
    Shown(
        "studio-removed", "/studio?q=Paper+boats", "jonas", ("text=Paper boats", "text=Why, and")
    ),
    Shown("policy", "/policy", who=None),
    Shown("agent", "/agent", who=None),
    Shown("transparency", "/transparency", who=None),
    Shown("notice-status", "/notices/status", who=None),
)
