"""Run a corpus on local processes: one case a process at a time, the ledger kept by the parent."""

from __future__ import annotations

import multiprocessing
import os
import queue
import resource
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path

from groundct.core.case import Case, Corpus
from groundct.core.issues import DataError, Issue
from groundct.core.value import digest
from groundct.pipeline.contents import Contents
from groundct.pipeline.hold import is_disk_full
from groundct.pipeline.keys import case_key
from groundct.pipeline.ledger import Entry, Ledger
from groundct.pipeline.settings import BuildSettings, configured
from groundct.pipeline.stages import BuiltCase, build_case
from groundct.pipeline.workspace import Workspace, write_case

Finish = Callable[[Path, BuiltCase], None]
"""Writes more into a case's folder (pages, pictures); a top-level function, so that it travels."""


@dataclass(frozen=True)
class RunOptions:
    """How a run goes about its cases.

    ``only``: build just these; the others stay as they are. ``recheck``: read every input again
    instead of trusting its size and time of change.
    """

    finish: Finish | None = None
    workers: int = 1
    only: frozenset[str] | None = None
    recheck: bool = False


_CASES_A_WORKER = 32


@dataclass(frozen=True)
class Event:
    """Something a run tells of: a stage that begins, or a case that ends."""

    case_id: str
    stage: str
    entry: Entry | None = None
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class _Job:
    case: Case
    source: str
    settings: BuildSettings
    workspace: Path
    finish: Finish | None
    key: str


def run_corpus(
    corpus: Corpus,
    workspace: Workspace,
    settings: BuildSettings,
    options: RunOptions | None = None,
) -> Generator[Event]:
    """Build what is missing or changed, and tell of it as it goes.

    Closing the generator, as an interrupt does, ends the running cases; what is built stays. Cases
    that the corpus no longer has leave the ledger and the workspace. A case whose files were
    damaged since is built again. The caller holds the workspace (``pipeline/hold.py``).
    """
    options = options or RunOptions()
    settings = configured(settings)
    ledger = Ledger(workspace.ledger_path)
    contents = Contents(workspace.ledger_path, recheck=options.recheck)
    workspace.remove_drafts()
    for gone in ledger.keep_only(frozenset(case.case_id for case in corpus.cases)):
        workspace.remove_case(gone)
    known, done = ledger.entries(), 0
    only = options.only
    chosen = [case for case in corpus.cases if only is None or case.case_id in only]
    # Part by part, so that building begins before every file of a large corpus has been read.
    for part in _parts(chosen, _CASES_A_WORKER * options.workers):
        jobs = []
        for case in part:
            key = case_key(case, corpus.source, settings, contents)
            entry = known.get(case.case_id)
            if entry and entry.key == key and _is_done(workspace, entry, options):
                done += 1
                yield Event(case.case_id, "unchanged", entry, done, len(chosen))
            else:
                finish = options.finish
                jobs.append(_Job(case, corpus.source, settings, workspace.root, finish, key))
        for event in _run_jobs(jobs, options.workers):
            if event.entry is None:
                yield event
                continue
            if event.entry.status == "set_aside":
                workspace.remove_case(event.case_id)
            ledger.put(event.entry)
            done += 1
            yield Event(event.case_id, event.entry.status, event.entry, done, len(chosen))
    workspace.remove_drafts()


def _parts(cases: list[Case], size: int) -> Iterator[list[Case]]:
    return (cases[start : start + size] for start in range(0, len(cases), size))


def _is_done(workspace: Workspace, entry: Entry, options: RunOptions) -> bool:
    """Whether a case is built, its files are whole, and its page is there when one is due."""
    drawn = options.finish is None or workspace.page_path(entry.case_id).exists()
    return entry.status == "built" and drawn and workspace.is_whole(entry.case_id)


def _run_jobs(jobs: Iterable[_Job], workers: int) -> Iterator[Event]:
    """One process a worker, made anew when a case takes its process down with it."""
    waiting = list(jobs)
    context = multiprocessing.get_context("spawn")
    while waiting:
        stages: Queue[tuple[str, str]] = context.Queue()
        crashed: list[_Job] = []
        with ProcessPoolExecutor(
            workers,
            mp_context=context,
            initializer=_listen,
            initargs=(stages,),
            max_tasks_per_child=1,  # a case leaves no memory behind, and its peak is its own
        ) as pool:
            try:
                futures = {pool.submit(_run, job): job for job in waiting}
                waiting = []
                yield from _watch(futures, stages, crashed)
            except (KeyboardInterrupt, GeneratorExit):
                # The pool would else run every case that waits before it lets go.
                pool.shutdown(wait=False, cancel_futures=True)
                for child in multiprocessing.active_children():
                    child.terminate()
                raise
        # Which of several running cases broke the pool is not known: each gets a pool of its own.
        if len(crashed) == 1:
            yield Event(crashed[0].case.case_id, "crashed", _crash_entry(crashed[0]))
        else:
            for job in crashed:
                yield from _run_jobs([job], 1)


def _watch(
    futures: dict[Future[Entry], _Job], stages: Queue[tuple[str, str]], crashed: list[_Job]
) -> Iterator[Event]:
    pending = set(futures)
    while pending:
        finished, pending = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
        yield from _told(stages)
        for future in finished:
            try:
                entry = future.result()
            except BrokenProcessPool:
                crashed.append(futures[future])
            else:
                yield Event(entry.case_id, entry.status, entry)


def _told(stages: Queue[tuple[str, str]]) -> Iterator[Event]:
    while True:
        try:
            case_id, stage = stages.get_nowait()
        except queue.Empty:
            return
        yield Event(case_id, stage)


_stages: Queue[tuple[str, str]] | None = None


def _listen(stages: Queue[tuple[str, str]]) -> None:
    """Give a worker process the queue that it tells its stages to, and let it end with the run.

    A killed run would else leave workers that write into a workspace which the next run holds.
    """
    global _stages
    _stages = stages
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends the workers when it is told to
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _run(job: _Job) -> Entry:
    started = time.perf_counter()

    def tell(stage: str) -> None:
        if _stages is not None:
            _stages.put((job.case.case_id, stage))

    workspace = Workspace(job.workspace)
    draft: Path | None = None
    try:
        built = build_case(job.case, job.source, job.settings, tell)
        draft = workspace.begin_case(job.case.case_id)
        tell("writing the record")
        write_case(draft, built.record, built.organs, built.regions)
        if job.finish:
            tell("drawing the page")
            job.finish(draft, built)
        workspace.finish_case(job.case.case_id, draft)
    except DataError as error:
        return _entry(job, started, issues=error.for_case(job.case.case_id).issues)
    except Exception as error:  # one case's fault must not end the run
        return _entry(job, started, issues=(_unexpected(workspace, job.case.case_id, error),))
    finally:
        if draft:
            shutil.rmtree(draft, ignore_errors=True)
    return _entry(job, started, record_digest=digest(built.record), issues=built.record.issues)


def _entry(
    job: _Job, started: float, issues: tuple[Issue, ...] = (), record_digest: str = ""
) -> Entry:
    return Entry(
        case_id=job.case.case_id,
        key=job.key,
        status="built" if record_digest else "set_aside",
        record_digest=record_digest,
        issues=issues,
        seconds=round(time.perf_counter() - started, 2),
        peak_mib=_peak_mib(),
    )


def _unexpected(workspace: Workspace, case_id: str, error: Exception) -> Issue:
    """A full disk, or an error that no rule foresaw, with its traceback kept in the workspace."""
    if isinstance(error, OSError) and is_disk_full(error):
        return Issue(
            code="disk-full",
            case_id=case_id,
            where=str(workspace.root),
            what=f"the case's files cannot be stored: {error.strerror}.",
            remedy="Make room and build again: finished cases are kept.",
        )
    log = workspace.error_path(case_id)
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    return Issue(
        code="unexpected-error",
        case_id=case_id,
        where=str(log),
        what=f"{type(error).__name__}: {error}",
        remedy="This is a fault in groundct or a part of it: report it with the file named here.",
    )


def _crash_entry(job: _Job) -> Entry:
    issue = Issue(
        code="process-ended",
        case_id=job.case.case_id,
        where=job.case.case_id,
        what="its process ended without a word, as it does when memory runs out.",
        remedy="Run again with --workers 1 and more memory; report it if it ends again.",
    )
    return Entry(case_id=job.case.case_id, key=job.key, status="set_aside", issues=(issue,))


def _peak_mib() -> float:
    """The largest memory this process has held, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)
