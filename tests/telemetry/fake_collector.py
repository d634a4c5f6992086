"""A collector of OTLP over HTTP on loopback: accepts what its specification describes, and answers 400 to all else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from tests.loopback_site import serve_on_loopback

PROTOBUF = "application/x-protobuf"


class FakeCollector:
    def __init__(self) -> None:
        self.url = ""
        self.spans: list[Any] = []
        self.resources: list[dict[str, str]] = []

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        sent = ExportTraceServiceRequest()
        try:
            sent.ParseFromString(body)
        except DecodeError:
            return web.Response(status=400)
        if request.content_type != PROTOBUF or not sent.resource_spans:
            return web.Response(status=400)
        for one in sent.resource_spans:
            self.resources.append(read_attributes(one.resource.attributes))
            self.spans += [span for scope in one.scope_spans for span in scope.spans]
        return web.Response(body=ExportTraceServiceResponse().SerializeToString(), content_type=PROTOBUF)


def read_attributes(pairs: Any) -> dict[str, str]:
    return {pair.key: str(getattr(pair.value, pair.value.WhichOneof("value"))) for pair in pairs}


@asynccontextmanager
async def run_collector() -> AsyncIterator[FakeCollector]:
    collector = FakeCollector()
    app = web.Application()
    app.router.add_post("/v1/traces", collector.take)
    async with serve_on_loopback(app) as address:
        collector.url = f"http://{address}"
        yield collector
