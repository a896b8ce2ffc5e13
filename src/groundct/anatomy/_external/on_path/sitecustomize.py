"""Close the network of a tool's process and of its children; found through PYTHONPATH.

Runs in the tool's own Python, of any version from 3.8 on. Connections on this machine itself stay
possible, because processes talk to one another through them.
"""

from __future__ import annotations

import os
import platform
import sys
from typing import Any

_SENDING = ("socket.connect", "socket.sendto", "socket.sendmsg")
_OWN_NAME = platform.node()
_LOCAL = ("localhost", "127.0.0.1", "::1", "", None)


def _host(event: str, arguments: Any) -> Any:
    if event in _SENDING and isinstance(arguments[1], tuple):
        return arguments[1][0]
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
        return host.decode("ascii", "replace") if isinstance(host, bytes) else host
    return None


def _refuse(event: str, arguments: Any) -> None:
    if not event.startswith("socket."):
        return
    host = _host(event, arguments)
    if host in _LOCAL or host == _OWN_NAME:
        return
    log = os.environ.get("GROUNDCT_NETWORK_LOG")
    if log:
        with open(log, "a", encoding="utf-8") as stream:  # noqa: PTH123 - as early as possible
            stream.write(f"{host}\n")
    raise ConnectionRefusedError(f"groundct lets this tool reach no other machine ({host})")


if os.environ.get("GROUNDCT_NETWORK") == "closed":
    sys.addaudithook(_refuse)
