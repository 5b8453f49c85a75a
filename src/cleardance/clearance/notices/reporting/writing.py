"""A report in each of its forms."""

from cleardance.clearance.notices.pages import render
from cleardance.clearance.notices.reporting.model import Report, ReportFormat
from cleardance.clearance.notices.reporting.rows import csv_of
from cleardance.clearance.typesetting import set_pdf


def written(report: Report, format_: ReportFormat) -> bytes:
    """Return the report's file. Raises PartMissing for a PDF without the ``pdf`` extra."""
    match format_:
        case ReportFormat.JSON:
            return report.model_dump_json(indent=1).encode()
        case ReportFormat.CSV:
            return csv_of(report).encode()
        case ReportFormat.HTML:
            return render("report.html", report=report).encode()
        case ReportFormat.PDF:
            return set_pdf("report.typ", report, report.made_at)
