"""For everybody: the policy, the agent, the transparency report, and where a notice stands."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import Form
from fastapi.responses import Response

from cleardance.clearance.notices.reporting.model import ReportFormat
from cleardance.clearance.notices.status import status_of
from cleardance.clearance.notices.strikes import policy_of
from cleardance.clearance.notices.transparency import transparency_report
from cleardance.errors import NotFound
from cleardance.rights.notices import filing
from cleardance.rights.notices.form import Law
from cleardance.rights.notices.requirements import requirements
from cleardance.server.pages.desk.notices import may_have_report, report_file
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.visit import Visit, Visiting

router = page_router()
_DAYS: Final = (30, 90, 365)
LAWS: Final = {
    Law.US_512: "Copyright, in the form of 17 USC 512(c)(3)",
    Law.EU_DSA_16: "Anything unlawful, in the form of Regulation (EU) 2022/2065, Art. 16",
    Law.US_TAKE_IT_DOWN: "Intimate images without consent, under the TAKE IT DOWN Act",
    Law.LETTER: "A letter in any form",
}
Text = Annotated[str, Form(max_length=200)]
Format = Annotated[ReportFormat, Form(alias="format")]


@router.get("/policy")
def policy(seen: Visiting) -> Response:
    """Show how works are protected here, how notices are handled, and what follows."""
    told = {
        "strikes": policy_of(seen.service.settings),
        "laws": [(words, requirements(law)) for law, words in LAWS.items()],
        "misuse_limit": seen.service.settings.misuse_limit,
        "misuse_days": seen.service.settings.misuse_days,
    }
    return seen.html("desk/policy.html", "Policy", told)


@router.get("/agent")
def agent(seen: Visiting) -> Response:
    """Show who receives notices (17 USC 512(c)(2))."""
    lines = seen.service.settings.designated_agent.splitlines()
    return seen.html("desk/agent.html", "Designated agent", {"lines": lines}, shape="narrow")


@router.get("/transparency")
def transparency(seen: Visiting, days: int = _DAYS[1]) -> Response:
    """Show the transparency report of the days before today."""
    span = days if days in _DAYS else _DAYS[1]
    end = datetime(seen.now.year, seen.now.month, seen.now.day, tzinfo=UTC) + timedelta(days=1)
    found = transparency_report(seen.service, end - timedelta(days=span), end)
    told = {"report": found, "days": span, "spans": _DAYS}
    return seen.html("desk/transparency.html", "Transparency report", told)


@router.get("/notices/status")
def ask_status(seen: Visiting) -> Response:
    """Ask for the reference and the secret."""
    return _ask(seen)


@router.post("/notices/status")
def status(seen: Visiting, csrf: Text, reference: Text, secret: Text) -> Response:
    """Show where a notice stands, to whoever has its secret."""
    seen.check_form({"csrf": csrf})
    reference, secret = reference.strip(), secret.strip()
    try:
        found = status_of(seen.service, reference, secret, seen.now)
    except NotFound:
        return _ask(seen, "No notice has this reference and secret.", reference)
    filed = filing.find(seen.service.store, reference)
    formats = list(ReportFormat) if may_have_report(filed) else []
    told = {"standing": found, "secret": secret, "formats": formats, "now": seen.now}
    return seen.html("desk/standing.html", f"Notice {found.id}", told)


@router.post("/notices/status/report")
def report(
    seen: Visiting,
    csrf: Text,
    reference: Text,
    secret: Text,
    format_: Format,
) -> Response:
    """Return the accounting report to whoever has the notice's secret."""
    seen.check_form({"csrf": csrf})
    filing.check_secret(seen.service.store, reference, secret)
    return report_file(seen, filing.find(seen.service.store, reference), format_)


def _ask(seen: Visit, problem: str | None = None, reference: str = "") -> Response:
    told = {"problem": problem, "reference": reference}
    code = 404 if problem else 200
    title = "Where a notice stands"
    return seen.html("desk/status_form.html", title, told, shape="narrow", status=code)
