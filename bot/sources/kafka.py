"""Kafka: mentions as JSON from one topic, such as a firehose. Any number of processes share its partitions."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.route_conditions import OUTLET_FIELDS
from bot.domain.text import format_count
from bot.sources.base import SourceCheck, SourceContext, SourceKind
from bot.sources.kafka_consumer import KafkaSource
from bot.sources.kafka_reader import TIMEOUT, KafkaConnection, open_reader
from bot.sources.outlet_client import OutletError

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")]
Address = Annotated[str, Field(pattern=r"^(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}$", max_length=260)]


class KafkaOptions(BaseModel):
    """`[sources.kafka.<name>]` of the playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    named: ClassVar[bool] = True

    brokers: tuple[Address, ...] = Field(min_length=1, max_length=20)
    topic: Name
    group: Name | None = None
    """The consumer group; None: one for this brand and topic."""
    everything: bool = False
    """Whether to take every message, or only those that name a subject."""
    tls: bool = False
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    user: str = Field("", max_length=200)
    """Logs in with the password in the source's secret; empty: without logging in."""
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"


def build_connection(options: KafkaOptions, context: SourceContext) -> KafkaConnection:
    """Raises `ValueError` if there is a user without a password."""
    if options.user and not context.secret:
        raise ValueError("has a user and no password. Set it in the variable of the source's secret")
    group = options.group or ".".join(filter(None, ("earshot", context.brand, options.topic)))
    protocol = ("sasl_" if options.user else "") + ("ssl" if options.tls else "plaintext")
    login = {"sasl.mechanism": options.mechanism, "sasl.username": options.user, "sasl.password": context.secret}
    files = {
        "ssl.ca.location": options.ca,
        "ssl.certificate.location": options.certificate,
        "ssl.key.location": options.key,
    }
    return KafkaConnection(
        options.topic,
        {
            "bootstrap.servers": ",".join(options.brokers),
            "group.id": f"{group}.listen" if context.is_trial else group,
            "client.id": "earshot",
            "security.protocol": protocol,
            **(login if options.user else {}),
            **{name: str(path) for name, path in files.items() if path and options.tls},
            **({"auto.offset.reset": "latest"} if context.is_trial else {}),
        },
        keeps_position=not context.is_trial,
    )


def build_kafka_source(options: KafkaOptions, context: SourceContext) -> KafkaSource:
    return KafkaSource(build_connection(options, context), context, everything=options.everything)


async def check_kafka(options: KafkaOptions, context: SourceContext, timeout: float = TIMEOUT) -> SourceCheck:  # noqa: ASYNC109 - the client's
    """Ask for the offsets of the topic, without joining the group. `timeout`: seconds for one request."""
    try:
        async with open_reader(replace(build_connection(options, context), timeout=timeout)) as reader:
            backlog = await reader.measure_backlog()
    except OutletError as error:
        return SourceCheck(faults=(("", f"Kafka {error}"),))
    except ValueError as wrong:
        return SourceCheck(faults=(("", str(wrong)),))
    notes = [f"{format_count(backlog.waiting, 'message')} of {options.topic} are waiting"] if backlog.waiting else []
    if options.user and not options.tls:
        notes.append("the password is sent without TLS. Set tls = true")
    return SourceCheck(notes=notes)


SOURCE = SourceKind(
    KafkaOptions,
    build_kafka_source,
    check_kafka,
    gives=OUTLET_FIELDS,
    example="""
# A topic in Kafka with mentions as JSON, such as a firehose. Needs pip install -e '.[kafka]'.
# [sources.kafka.firehose]
# brokers = ["kafka-1.internal:9092", "kafka-2.internal:9092"]
# topic = "public-posts"
# The consumer group. Default: one for your brand and this topic, such as earshot.northwind-air.public-posts.
# group = "earshot"
# Take every message, as of a topic that was filtered already. Default: only those that name a subject.
# everything = false
# Encrypt the connection. The files, PEM, are for a private authority, and for brokers that ask for a certificate of
# yours. Default: no encryption, the authorities of the system, no certificate.
# tls = true
# ca = "kafka-ca.pem"
# certificate = "earshot.pem"
# key = "earshot.key"
# Log in, with the password in EARSHOT_SOURCE_FIREHOSE_SECRET, by PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.
# Default: no login, and SCRAM-SHA-512.
# user = "earshot"
# mechanism = "SCRAM-SHA-512"
""",
)
