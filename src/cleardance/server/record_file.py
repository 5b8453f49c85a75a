"""A clearance record as an answer: a file to keep."""

from datetime import UTC, datetime
from typing import Final

from fastapi.responses import Response

from cleardance.clearance.clearance_record.gathering import gather
from cleardance.clearance.clearance_record.model import RecordFormat
from cleardance.clearance.clearance_record.writing import written
from cleardance.clearance.service import Service

_TYPES: Final = {RecordFormat.JSON: "application/json", RecordFormat.PDF: "application/pdf"}


def record_file(service: Service, task_id: str, format_: RecordFormat) -> Response:
    """Return a task's clearance record. Raises as ``gather``, and PartMissing."""
    content = written(gather(service, task_id, datetime.now(UTC)), format_)
    name = f'attachment; filename="{task_id}-clearance.{format_}"'
    headers = {"Content-Disposition": name, "Cache-Control": "private, no-store"}
    return Response(content, 200, headers, _TYPES[format_])
