"""A small HTTP/2 client, without TLS, that counts exactly and checks what it gets."""

from __future__ import annotations

import struct

from .client import BODY, Connection
from .running import Failure

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, ACK, END_HEADERS = 0x1, 0x1, 0x4
STATUS_200 = 0x88
STATIC_ENTRIES = 61
WINDOW = 2**31 - 1


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _text(value: str) -> bytes:
    data = value.encode("ascii")
    # A length of seven bits, and what does not fit behind it (RFC 7541 section 5.1).
    if len(data) < 127:
        return bytes([len(data)]) + data
    length, rest = bytes([127]), len(data) - 127
    while rest >= 128:
        length, rest = length + bytes([rest & 127 | 128]), rest >> 7
    return length + bytes([rest]) + data


class HTTP2Connection(Connection):
    """Sends the same GET again and again: its fields are in the table of HPACK after the first, as with a browser."""

    def __init__(self, port: int, path: str, fields: tuple[tuple[str, str], ...], timeout: float = 10.0):
        super().__init__(port, timeout=timeout)
        self._stream = 1
        fields = ((":authority", f"127.0.0.1:{port}"), (":path", path), *fields)
        begin = bytes([0x82, 0x86])  # GET, http
        literals = b"".join(b"\x40" + _text(name.lower()) + _text(value) for name, value in fields)
        indexed = bytes(0x80 | STATIC_ENTRIES + len(fields) - place for place in range(len(fields)))
        self._block = begin + indexed
        grow = struct.pack(">I", WINDOW - 65_535)
        self.send(
            PREFACE
            + frame(SETTINGS, 0, 0, struct.pack(">HI", 4, WINDOW))
            + frame(WINDOW_UPDATE, 0, 0, grow)
            + self._request(begin + literals)
        )
        self._await(1)

    def _request(self, block: bytes) -> bytes:
        stream, self._stream = self._stream, self._stream + 2
        return frame(HEADERS, END_STREAM | END_HEADERS, stream, block)

    def _frame(self) -> tuple[int, int, bytes]:
        while len(self._buffer) < 9 or len(self._buffer) < 9 + int.from_bytes(self._buffer[:3], "big"):
            self._receive()
        end = 9 + int.from_bytes(self._buffer[:3], "big")
        kind, flags, payload = self._buffer[3], self._buffer[4], self._buffer[9:end]
        self._buffer = self._buffer[end:]
        return kind, flags, payload

    def _await(self, answers: int) -> None:
        while answers > 0:
            kind, flags, payload = self._frame()
            if kind == HEADERS:
                # The first may begin with a new size of the table (RFC 7541 section 6.3).
                if STATUS_200 not in payload[:4]:
                    raise Failure("not status 200")
            elif kind == DATA:
                if payload != BODY:
                    raise Failure(f"another body: {payload[:40]!r}")
            elif kind == SETTINGS and not flags & ACK:
                self.send(frame(SETTINGS, ACK, 0))
            elif kind == PING and not flags & ACK:
                self.send(frame(PING, ACK, 0, payload))
            elif kind in (RST_STREAM, GOAWAY):
                raise Failure("the server ended the stream or the connection")
            if kind in (HEADERS, DATA) and flags & END_STREAM:
                answers -= 1

    def exchange_frames(self, total: int, depth: int) -> None:
        """Sends `total` requests, `depth` at a time, and checks the answers."""
        for _ in range(total // depth):
            self.send(b"".join(self._request(self._block) for _ in range(depth)))
            self._await(depth)
