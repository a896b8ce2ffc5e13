"""One call to a server: POST, no redirects, no compression, a limit in bytes and one in seconds."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from dataclasses import dataclass
from threading import Event
from typing import Any, Final, cast
from urllib.parse import urlsplit

from groundct.reports.language_model.failures import failed

LARGEST_REPLY: Final = 8 << 20
"""Bytes of the largest reply that is read."""
_CHUNK = 1 << 16
_LOOK_UP_S = 0.25


@dataclass(frozen=True)
class Reply:
    """What came back over HTTP; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Address:
    """Where to post to."""

    secure: bool
    host: str
    port: int | None
    path: str

    @classmethod
    def of(cls, url: str) -> Address:
        """The address of chat completions under a base address."""
        parts = urlsplit(url)
        path = parts.path.rstrip("/") + "/chat/completions"
        return cls(parts.scheme == "https", str(parts.hostname), parts.port, path)

    @property
    def where(self) -> str:
        """The address as an issue names it."""
        scheme = "https" if self.secure else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port else ""
        return f"{scheme}://{host}{port}{self.path}"


@dataclass(frozen=True)
class Patience:
    """How long a reply is waited for: until a time of the monotonic clock, or until stopped."""

    deadline: float
    stop: Event

    def next_wait_s(self) -> float:
        """The longest single wait; raises TimeoutError or InterruptedError when there is none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline")
        if self.stop.is_set():
            raise InterruptedError("stopped")
        return min(left, _LOOK_UP_S)


class _PacedReader(io.RawIOBase):
    """A socket's bytes, as long as there is patience; single bytes buy no time."""

    def __init__(self, connected: socket.socket, patience: Patience) -> None:
        super().__init__()
        self._socket = connected
        self._patience = patience

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            self._socket.settimeout(self._patience.next_wait_s())
            try:
                return self._socket.recv_into(buffer)
            except TimeoutError:
                continue


class _Paced:
    """Gives `http.client.HTTPResponse` a paced reader where it asks a socket for its file."""

    def __init__(self, connected: socket.socket, patience: Patience) -> None:
        self._reader = _PacedReader(connected, patience)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._reader)


def post(address: Address, body: bytes, key: str | None, timeout_s: float, stop: Event) -> Reply:
    """Send ``body`` as JSON and read the whole reply within ``timeout_s``, unless stopped.

    Raises LanguageModelError of stage "call", or ``reply-too-large``. No proxy is used, and a
    reply that points elsewhere is given back as it is.
    """
    patience = Patience(time.monotonic() + timeout_s, stop)
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "close",
        "User-Agent": "groundct",
    }
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    kind = http.client.HTTPSConnection if address.secure else http.client.HTTPConnection
    connection = kind(address.host, address.port, timeout=timeout_s)
    try:
        connection.connect()
        connection.sock.settimeout(max(patience.deadline - time.monotonic(), 0.001))
        connection.request("POST", address.path, body, headers)
        return _read(connection.sock, patience, address.where)
    except TimeoutError:
        raise failed("timed-out", address.where, f"no reply in {timeout_s:g} s.") from None
    except InterruptedError:
        raise failed("interrupted", address.where, "the call was given up.") from None
    except socket.gaierror as problem:
        raise failed("host-unknown", address.where, f"{problem.strerror}.") from None
    except ConnectionRefusedError:
        raise failed("connection-refused", address.where, "the connection is refused.") from None
    except ssl.SSLError as problem:
        raise failed("tls-failed", address.where, f"{problem.reason or 'TLS error'}.") from None
    except (ConnectionError, http.client.IncompleteRead, http.client.RemoteDisconnected):
        raise failed("connection-lost", address.where, "the connection broke.") from None
    except (http.client.HTTPException, ValueError):
        raise failed("broken-http", address.where, "the reply is not HTTP.") from None
    except OSError as problem:
        raise failed("connection-lost", address.where, f"{problem.strerror}.") from None
    finally:
        connection.close()


def _read(connected: socket.socket, patience: Patience, where: str) -> Reply:
    paced = cast(socket.socket, _Paced(connected, patience))
    response = http.client.HTTPResponse(paced, method="POST")
    try:
        response.begin()
        chunks = []
        size = 0
        while chunk := response.read(_CHUNK):
            size += len(chunk)
            if size > LARGEST_REPLY:
                raise failed("reply-too-large", where, f"it exceeds {LARGEST_REPLY} bytes.")
            chunks.append(chunk)
        if response.length:
            raise failed("connection-lost", where, f"{response.length} bytes are missing.")
    finally:
        response.close()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Reply(response.status, headers, b"".join(chunks))
