"""Runs in the Python of an environment that holds TotalSegmentator; imports nothing of groundct.

Reads requests as lines of JSON on standard input and answers each with one line on what was
standard output when it began; whatever else is printed goes to standard error.
"""

from __future__ import annotations

import json
import os
import traceback
from typing import Any, List, Tuple  # noqa: UP035 - any Python from 3.8 on

from serving import Reply, failure, serve

REMEDIES = (
    "Install TotalSegmentator in the environment of that Python.",
    "Read what TotalSegmentator says; a smaller device or fast=yes may help.",
)
Api = Tuple[Any, Any, Any, str]  # noqa: UP006


def write_config(home: str, license_number: str) -> None:
    """TotalSegmentator's own settings, written before its first use: usage statistics are off."""
    os.makedirs(home, exist_ok=True)  # noqa: PTH103 - any Python from 3.8 on
    config = {
        "totalseg_id": "totalseg_groundct",
        "send_usage_stats": False,
        "prediction_counter": 0,
        "statistics_disclaimer_shown": True,
    }
    if license_number:
        config["license_number"] = license_number
    path = os.path.join(home, "config.json")  # noqa: PTH118
    with open(path, "w", encoding="utf-8") as stream:  # noqa: PTH123
        json.dump(config, stream)


def start(settings: Reply) -> Api:
    """Import TotalSegmentator once: its call, its tasks, those under a licence, the licence."""
    os.environ["TOTALSEG_HOME_DIR"] = os.environ["GROUNDCT_HOME"]
    write_config(os.environ["TOTALSEG_HOME_DIR"], settings.get("license", ""))
    from totalsegmentator.map_to_binary import class_map
    from totalsegmentator.python_api import totalsegmentator

    try:
        from totalsegmentator.map_to_binary import commercial_models
    except ImportError:
        commercial_models = {}
    return totalsegmentator, class_map, commercial_models, settings.get("license", "")


def version() -> str:
    """The installed version."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("TotalSegmentator")
    except PackageNotFoundError:
        return "unknown"


def segment(api: Api, request: Reply) -> Reply:
    """Run one task on one file; the classes that its multi-label output holds."""
    totalsegmentator, class_map, gated, license_number = api
    task = request["task"]
    if task not in class_map:
        known = ", ".join(sorted(class_map))
        return {
            "error": f"it has no task {task!r}; it knows {known}.",
            "code": "unknown-task",
            "remedy": "Give task=total or another of them.",
        }
    if task in gated and not license_number:
        return {
            "error": f"the task {task!r} needs a licence of its makers (free for non-commercial "
            "use, to be asked for on their site).",
            "code": "licence-needed",
            "remedy": "Set GROUNDCT_TOTALSEGMENTATOR_LICENSE, or leave the task out.",
        }
    options: Reply = {key: True for key in ("fast", "fastest") if request.get(key)}
    if request.get("roi_subset"):
        options["roi_subset"] = request["roi_subset"]
    totalsegmentator(
        request["input"],
        request["output"],
        ml=True,
        task=task,
        device=request["device"],
        quiet=True,
        nr_thr_resamp=1,
        nr_thr_saving=1,
        **options,
    )
    return {"classes": {str(label): name for label, name in class_map[task].items()}}


def refused() -> List[str]:  # noqa: UP006
    """The machines that were asked for and not reached."""
    log = os.environ.get("GROUNDCT_NETWORK_LOG", "")
    if not os.path.isfile(log):  # noqa: PTH113
        return []
    with open(log, encoding="utf-8") as stream:  # noqa: PTH123
        return stream.read().split()


def answer(api: Api, request: Reply) -> Reply:
    """The reply to a request: the classes, or why there are none; and the version."""
    before = len(refused())
    try:
        reply = segment(api, request)
    except (Exception, SystemExit) as problem:
        traceback.print_exc()
        asked = refused()[before:]
        reply = missing_weights(asked[0]) if asked else failure(problem, REMEDIES[1])
    return {**reply, "version": version()}


def missing_weights(host: str) -> Reply:
    """What to tell when weights were to be fetched from a machine."""
    return {
        "error": f"weights are missing in {os.environ.get('TOTALSEG_WEIGHTS_PATH')}: "
        f"TotalSegmentator wanted to fetch them from {host}, and nothing is fetched "
        "without your word.",
        "code": "weights-missing",
        "remedy": "Give weights=FOLDER that holds them, or run once with fetch=yes.",
    }


if __name__ == "__main__":
    serve(start, answer, REMEDIES)
