"""A small HTTP/1.1 client that counts exactly and checks what it gets."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

from .running import Failure

BODY = b"Hello, world!"
CONTENT_TYPE = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Response:
    status: int
    fields: dict[str, str]
    body: bytes
    size: int  # in bytes, head and body


class Connection:
    def __init__(self, port: int, source: str = "127.0.0.1", timeout: float = 10.0, tls: ssl.SSLContext | None = None):
        self._buffer = b""
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            self.socket.settimeout(timeout)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if source != "127.0.0.1":
                self.socket.bind((source, 0))
            self.socket.connect(("127.0.0.1", port))
            if tls:
                self.socket = tls.wrap_socket(self.socket)
        except OSError as error:
            self.close()
            raise Failure(f"cannot connect: {error}") from None

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise Failure(f"cannot send: {error}") from None

    def _receive(self) -> None:
        try:
            data = self.socket.recv(65536)
        except OSError as error:
            raise Failure(f"no answer: {error}") from None
        if not data:
            raise Failure("the server closed the connection")
        self._buffer += data

    def response(self) -> Response:
        """Reads one response. It must have a Content-Length."""
        while b"\r\n\r\n" not in self._buffer:
            self._receive()
        head, _, _ = self._buffer.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        fields = {}
        for line in lines:
            name, _, value = line.partition(":")
            fields[name.strip().lower()] = value.strip()
        if "content-length" not in fields:
            raise Failure(f"an answer without Content-Length: {status}")
        size = len(head) + 4 + int(fields["content-length"])
        while len(self._buffer) < size:
            self._receive()
        body = self._buffer[len(head) + 4 : size]
        self._buffer = self._buffer[size:]
        return Response(int(status.split()[1]), fields, body, size)

    def exchange(self, request: bytes, total: int, depth: int, size: int) -> None:
        """Sends `total` requests, `depth` at a time, and expects as many answers of `size` bytes."""
        batch = request * depth
        for _ in range(total // depth):
            self.send(batch)
            left = size * depth
            while left > 0:
                try:
                    got = len(self.socket.recv(65536))
                except OSError as error:
                    raise Failure(f"no answer: {error}") from None
                if got == 0:
                    raise Failure("the server closed the connection")
                left -= got
            if left < 0:
                raise Failure("answers of different sizes")


def verify(port: int, request: bytes) -> Response:
    """Sends one request and insists on the answer that all servers must give."""
    with Connection(port) as connection:
        connection.send(request)
        response = connection.response()
    if response.status != 200:
        raise Failure(f"status {response.status}")
    if response.body != BODY:
        raise Failure(f"another body: {response.body[:40]!r}")
    if response.fields.get("content-type", "").lower() != CONTENT_TYPE:
        raise Failure(f"Content-Type is {response.fields.get('content-type')!r}")
    if "date" not in response.fields:
        raise Failure("no Date")
    return response


def extra_fields(response: Response) -> list[str]:
    return sorted(set(response.fields) - {"content-type", "content-length", "date"})
