"""Reports of notices: gathered once, written as JSON, CSV, HTML or PDF."""
