"""The loop of a worker: lines of JSON in, one line of JSON out for each."""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any, Callable, Dict, Tuple  # noqa: UP035 - any Python from 3.8 on

Reply = Dict[str, Any]  # noqa: UP006


def failure(problem: BaseException, remedy: str, code: str = "tool-failed") -> Reply:
    """What to tell of an exception."""
    return {"error": f"{type(problem).__name__}: {problem}", "code": code, "remedy": remedy}


def serve(
    start: Callable[[Reply], Any],
    answer: Callable[[Any, Reply], Reply],
    remedies: Tuple[str, str],  # noqa: UP006
) -> None:
    """Answer requests until standard input ends.

    The first line holds the settings, from which ``start`` makes what stays warm; each line after
    it is a request for ``answer``. ``remedies`` are for a tool that cannot be loaded, and for one
    that fails. Whatever other code prints goes to standard error.
    """
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr

    def tell(reply: Reply) -> None:
        out.write(json.dumps(reply) + "\n")
        out.flush()

    settings = json.loads(sys.stdin.readline())["settings"]
    try:
        warm = start(settings)
    except Exception as problem:
        traceback.print_exc()
        tell(failure(problem, remedies[0], "tool-missing"))
        return
    tell({"ready": True})
    for line in sys.stdin:
        try:
            reply = answer(warm, json.loads(line))
        except (Exception, SystemExit) as problem:
            traceback.print_exc()
            reply = failure(problem, remedies[1])
        tell(reply)
