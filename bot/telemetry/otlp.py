"""Send traces with OpenTelemetry over OTLP/HTTP, as the standard variables OTEL_* say. Needs the extra `otel`."""

import logging
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from bot.telemetry.traces import PARENTS, Attributes, SpanName

SERVICE = "earshot"


class _NextIds:
    """Gives the SDK the ids that were set for the span that begins next."""

    def __init__(self) -> None:
        self.trace_id = self.span_id = 0

    def generate_trace_id(self) -> int:
        return self.trace_id

    def generate_span_id(self) -> int:
        return self.span_id

    @staticmethod
    def is_trace_id_random() -> bool:
        """A hash, as evenly spread as a random number, which is what samplers rely on."""
        return True


class OtlpRecorder:
    """Hands spans to a thread of the SDK. If no collector takes them, they are dropped."""

    def __init__(self, environ: Mapping[str, str], version: str) -> None:
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # it would log what a collector answers
        is_named = "OTEL_SERVICE_NAME" in environ or "service.name=" in environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
        name = {} if is_named else {"service.name": SERVICE}
        ids: Any = _NextIds()
        self._ids = ids
        resource = Resource.create({"service.version": version, **name})
        self._provider: Any = TracerProvider(resource=resource, id_generator=ids, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer(SERVICE, version)

    def record_span(
        self, case_id: str, name: SpanName, began: datetime, ended: datetime, attributes: Attributes
    ) -> None:
        self._ids.trace_id, self._ids.span_id = derive_trace_id(case_id), _derive_span_id(case_id, name)
        span = self._tracer.start_span(
            name.value,
            self._build_parent(case_id, name),
            attributes={"earshot.case": case_id, **{f"earshot.{name}": value for name, value in attributes.items()}},
            start_time=_to_nanoseconds(began),
        )
        span.end(_to_nanoseconds(ended))

    def _build_parent(self, case_id: str, name: SpanName) -> Any:
        """Return the context of the span above, which another process may have sent. All follow the same sampler."""
        if name not in PARENTS:
            return Context()
        trace = derive_trace_id(case_id)
        decided = self._provider.sampler.should_sample(None, trace, SpanName.MENTION.value)
        flags = TraceFlags(TraceFlags.SAMPLED if decided.decision.is_sampled() else TraceFlags.DEFAULT)
        above = SpanContext(trace, _derive_span_id(case_id, PARENTS[name]), is_remote=True, trace_flags=flags)
        return set_span_in_context(NonRecordingSpan(above), Context())

    def close(self) -> None:
        """Send what is left, and stop. It may wait for a collector as long as OTEL_EXPORTER_OTLP_TIMEOUT allows."""
        self._provider.shutdown()


def derive_trace_id(case_id: str) -> int:
    return int.from_bytes(blake2b(case_id.encode(), digest_size=16).digest())


def _derive_span_id(case_id: str, name: SpanName) -> int:
    return int.from_bytes(blake2b(f"{case_id} {name.value}".encode(), digest_size=8).digest())


def _to_nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1_000
