"""A Kafka cluster of one broker in a process of its own: the one of librdkafka, which speaks the real protocol.

The Python package has no way to set it up, so its library is called directly.
"""

import asyncio
import ctypes
import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import confluent_kafka
from confluent_kafka import Consumer, Producer, TopicPartition

from tests.sources.kafka_login import PASSWORD, USER, serve_login

PARTITIONS = 4
"""Of a topic that is created by its first message."""
JOIN_DELAY_MS = 50
"""For which a new group waits for more members; 3 s are usual, and each test has a group of its own."""


class KafkaCluster:
    def __init__(self, process: subprocess.Popen[str], login: Mapping[str, str]) -> None:
        assert process.stdout is not None
        self.address = process.stdout.readline().strip()
        self._process = process
        self._properties = {**login, "bootstrap.servers": self.address, "log_level": 0}
        self._producer = Producer(self._properties)
        self._watchers: dict[str, Consumer] = {}

    def write(self, topic: str, value: bytes | Mapping[str, Any], partition: int = 0) -> None:
        """Returns when the broker has it."""
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        self._producer.produce(topic, raw, partition=partition)
        assert not self._producer.flush(10)

    def read_committed(self, topic: str, group: str) -> list[int]:
        """What a group has committed of each partition, from another client; negative for nothing."""
        if group not in self._watchers:
            self._watchers[group] = Consumer({**self._properties, "group.id": group})
        wanted = [TopicPartition(topic, partition) for partition in range(PARTITIONS)]
        return [one.offset for one in self._watchers[group].committed(wanted, timeout=10)]

    def commit(self, topic: str, group: str, offset: int) -> None:
        """As a group that has read so far in each partition, and has no member now."""
        self.read_committed(topic, group)
        ends = [TopicPartition(topic, partition, offset) for partition in range(PARTITIONS)]
        self._watchers[group].commit(offsets=ends, asynchronous=False)

    def pause(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def run_cluster(certificate: Path | None = None) -> Iterator[KafkaCluster]:
    """With a certificate: behind a door that asks for TLS and a login."""
    command = [sys.executable, "-m", "tests.sources.kafka_cluster", *([str(certificate)] if certificate else [])]
    login = {
        "security.protocol": "sasl_ssl",
        "ssl.ca.location": str(certificate),
        "sasl.mechanism": "PLAIN",
        "sasl.username": USER,
        "sasl.password": PASSWORD,
    }
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield KafkaCluster(process, login if certificate else {})
        finally:
            process.kill()


def _load_library() -> ctypes.CDLL:
    """Load the library that is in the package: beside it on Linux, within it on macOS."""
    package = Path(confluent_kafka.__file__).parent
    folders = (package.with_name("confluent_kafka.libs"), package / ".dylibs")
    [found] = [path for folder in folders for path in folder.glob("librdkafka*")]
    return ctypes.CDLL(str(found))


async def serve(certificate: str = "") -> None:
    """Print the address, and serve until stdin is closed."""
    library, error = _load_library(), ctypes.create_string_buffer(200)
    for function in (library.rd_kafka_new, library.rd_kafka_mock_cluster_new):
        function.restype = ctypes.c_void_p
    library.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
    owner = library.rd_kafka_new(0, None, error, ctypes.c_size_t(len(error)))
    cluster = ctypes.c_void_p(library.rd_kafka_mock_cluster_new(ctypes.c_void_p(owner), 1))
    library.rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, JOIN_DELAY_MS)
    address = library.rd_kafka_mock_cluster_bootstraps(cluster).decode()
    if certificate:
        port = await serve_login(address, Path(certificate))
        library.rd_kafka_mock_broker_set_host_port(cluster, 1, b"127.0.0.1", port)
        address = f"127.0.0.1:{port}"
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
