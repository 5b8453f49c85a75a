"""The clearance record: what a creator shows a lawyer or an insurer about one output."""
