"""A door with TLS and a login before a broker that has neither: what librdkafka sends and checks on the wire.

Adds SaslHandshake and SaslAuthenticate (KIP-43, KIP-152) to the requests that the broker knows, and answers them.
"""

import asyncio
import base64
import hashlib
import hmac
import ssl
import struct
import subprocess
from pathlib import Path
from typing import NamedTuple

USER, PASSWORD = "ana", "open sesame"
API_VERSIONS, HANDSHAKE, AUTHENTICATE = 18, 17, 36
REFUSED = 58
"""SASL_AUTHENTICATION_FAILED."""
SALT, NONCE, ROUNDS = b"a salt of our own", "0123456789", 4_096


class Request(NamedTuple):
    api: int
    version: int
    correlation: int
    body: bytes

    @classmethod
    def parse(cls, frame: bytes) -> "Request":
        api, version, correlation, length = struct.unpack(">hhih", frame[:10])
        return cls(api, version, correlation, frame[10 + max(0, length) :])


class Login:
    """One connection's, by PLAIN or SCRAM-SHA-512."""

    def __init__(self) -> None:
        self.mechanism = ""
        self.is_done = False
        self._said: list[str] = []

    def answer(self, request: Request) -> bytes:
        if request.api == HANDSHAKE:
            self.mechanism = request.body[2:].decode()
            return struct.pack(">ihih", request.correlation, 0, 1, len(self.mechanism)) + self.mechanism.encode()
        told = self._check_plain(request.body[4:]) if self.mechanism == "PLAIN" else self._check_scram(request.body[4:])
        error, said = (REFUSED, b"") if told is None else (0, told)
        lifetime = struct.pack(">q", 0) if request.version else b""
        return struct.pack(">ihhi", request.correlation, error, -1, len(said)) + said + lifetime

    def _check_plain(self, told: bytes) -> bytes | None:
        self.is_done = told == f"\0{USER}\0{PASSWORD}".encode()
        return b"" if self.is_done else None

    def _check_scram(self, told: bytes) -> bytes | None:
        """RFC 5802: None where the proof is not that of the password."""
        if not self._said:
            first = told.decode().removeprefix("n,,")
            nonce = first.partition("r=")[2] + NONCE
            self._said = [first, f"r={nonce},s={base64.b64encode(SALT).decode()},i={ROUNDS}"]
            return self._said[1].encode()
        last, _, proof = told.decode().rpartition(",p=")
        salted = hashlib.pbkdf2_hmac("sha512", PASSWORD.encode(), SALT, ROUNDS)
        key, words = _sign(salted, "Client Key"), ",".join((*self._said, last))
        signed = _sign(hashlib.sha512(key).digest(), words)
        expected = bytes(a ^ b for a, b in zip(key, signed, strict=True))
        self.is_done = f"n={USER}," in self._said[0] and hmac.compare_digest(expected, base64.b64decode(proof))
        return b"v=" + base64.b64encode(_sign(_sign(salted, "Server Key"), words)) if self.is_done else None


def _sign(key: bytes, words: str) -> bytes:
    return hmac.digest(key, words.encode(), "sha512")


def write_certificate(folder: Path) -> Path:
    """Write a key and a certificate for this machine, which is its own authority. Needs OpenSSL's command."""
    path = folder / "broker.pem"
    words = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1")
    files = ("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{path}.key", "-out", str(path))
    subprocess.run(["openssl", *words, *files], check=True, capture_output=True)
    return path


async def serve_login(broker: str, certificate: Path) -> int:
    """Serve before the broker at this address; return the port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, f"{certificate}.key")
    host, _, port = broker.rpartition(":")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, int(port))
        try:
            await _serve_connection(reader, writer, there, back)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            back.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    return int(server.sockets[0].getsockname()[1])


async def _serve_connection(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, there: asyncio.StreamReader, back: asyncio.StreamWriter
) -> None:
    """Let through only what asks for versions, until somebody has logged in."""
    login = Login()
    while not login.is_done:
        frame = await _read_frame(reader)
        request = Request.parse(frame)
        if request.api == API_VERSIONS:
            _write_frame(back, frame)
            told = await _read_frame(there)  # of a newer version, that the broker does not know it
            _write_frame(writer, told if request.version else _add_login(told))
        elif request.api in {HANDSHAKE, AUTHENTICATE}:
            _write_frame(writer, login.answer(request))
        else:
            return
    passing = asyncio.create_task(_pass_on(there, writer))
    await _pass_on(reader, back)
    passing.cancel()


def _add_login(frame: bytes) -> bytes:
    """Add two requests to those of an ApiVersionsResponse, version 0."""
    [count] = struct.unpack(">i", frame[6:10])
    return (
        frame[:6] + struct.pack(">i", count + 2) + frame[10:] + struct.pack(">6h", HANDSHAKE, 0, 1, AUTHENTICATE, 0, 1)
    )


async def _read_frame(reader: asyncio.StreamReader) -> bytes:
    [length] = struct.unpack(">i", await reader.readexactly(4))
    return await reader.readexactly(length)


def _write_frame(writer: asyncio.StreamWriter, frame: bytes) -> None:
    writer.write(struct.pack(">i", len(frame)) + frame)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while some := await reader.read(65_536):
        writer.write(some)
        await writer.drain()
