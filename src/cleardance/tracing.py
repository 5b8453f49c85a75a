"""Spans along the one path (OpenTelemetry), for whoever runs us under it.

``opentelemetry-instrument cleardance serve`` loads the API and sets it up; then every step is a
span. Nobody else pays for importing it. A span says which step and which task, not what was asked.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_NAME = "cleardance"


@contextmanager
def span(name: str, **attributes: str) -> Iterator[None]:
    """Make the body a span ``cleardance.<name>``; do nothing if nobody has loaded OpenTelemetry."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        yield
        return
    tracer = trace.get_tracer(_NAME)
    # What an exception says may quote a prompt: its type must do.
    quiet = {"record_exception": False, "set_status_on_exception": False}
    named = {f"{_NAME}.{key}": value for key, value in attributes.items()}
    with tracer.start_as_current_span(f"{_NAME}.{name}", attributes=named, **quiet) as current:
        try:
            yield
        except BaseException as error:
            current.set_attribute("error.type", type(error).__name__)
            current.set_status(trace.StatusCode.ERROR)
            raise
