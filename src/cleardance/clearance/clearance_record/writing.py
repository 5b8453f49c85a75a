"""A clearance record in each of its forms."""

from cleardance.clearance.clearance_record.model import ClearanceRecord, RecordFormat
from cleardance.clearance.typesetting import set_pdf


def written(record: ClearanceRecord, format_: RecordFormat) -> bytes:
    """Return the record's file. Raises PartMissing for a PDF without the ``pdf`` extra."""
    if format_ is RecordFormat.JSON:
        return record.model_dump_json(indent=1).encode()
    return set_pdf("clearance_record.typ", record, record.made_at)
