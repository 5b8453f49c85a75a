"""The one path as spans, which say nothing of what was asked."""

from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from cleardance.clearance.service import Service
from cleardance.tracing import span
from tests.clearance.asking import PROMPT, make


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


def _name(one: ReadableSpan) -> str:
    return one.name.removeprefix("cleardance.")


def test_every_step_is_a_span_of_its_task(
    service: Service, tmp_path: Path, exporter: InMemorySpanExporter
) -> None:
    exporter.clear()
    made = make(service, tmp_path / "out.png")
    spans = exporter.get_finished_spans()
    assert [_name(one) for one in spans] == [
        "check", "enqueue", "screen_ask", "generate", "screen_output", "screen_again", "seal",
        "release", "task",
    ]  # fmt: skip
    whole = spans[-1]
    assert dict(whole.attributes or {}) == {"cleardance.task": made.task.id}
    assert whole.context is not None
    inner = [one for one in spans if one.parent and one.parent.span_id == whole.context.span_id]
    assert len(inner) == 6
    assert PROMPT not in "".join(one.to_json() for one in spans)


def test_an_error_is_known_by_its_type_alone(exporter: InMemorySpanExporter) -> None:
    exporter.clear()
    with pytest.raises(ValueError, match="red ball"), span("task", task="cgt-1"):
        raise ValueError("a red ball")
    (one,) = exporter.get_finished_spans()
    assert (one.attributes or {})["error.type"] == "ValueError"
    assert "red ball" not in one.to_json()
