"""What a build leaves when its cases are done: the release, the index page, the summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import Path
from typing import Any

import click

from groundct.cli._show import plural, show_issues
from groundct.core.case import Corpus
from groundct.core.issues import Issue, errors
from groundct.core.record import Record
from groundct.core.value import digest
from groundct.pipeline.ledger import Entry, Ledger
from groundct.pipeline.settings import BuildSettings
from groundct.pipeline.workspace import Workspace
from groundct.release.artifacts import CaseArtifacts, ReleaseRequest
from groundct.release.manifest import Manifest
from groundct.release.splits import split_of
from groundct.release.write import write_release
from groundct.review.index_page import write_index_page

FRACTIONS = (("train", 0.8), ("validation", 0.1), ("test", 0.1))

EXIT_SET_ASIDE = 1
EXIT_NOTHING_BUILT = 3
_SHOWN_ISSUES = 40


def publish(
    corpus: Corpus, root: Path, space: Workspace, settings: BuildSettings
) -> Manifest | None:
    """Release every built case and write the index page; None when no case is built.

    ``root`` is the corpus on disk; the release names files relative to it.
    """
    entries = Ledger(space.ledger_path).entries()
    made = [entry for entry in entries.values() if entry.status == "built"]
    built = [e for e in made if _made_with(settings, space.read_record(e.case_id))]
    aside = _set_aside_issues(corpus, root, entries.values())
    write_index_page(space.index_path, (space.read_record(e.case_id) for e in built), aside)
    if not built:
        return None
    splits = {case.case_id: case.split for case in corpus.cases}

    def artifacts() -> Iterator[CaseArtifacts]:
        for entry in built:
            record = space.read_record(entry.case_id)
            organs, regions = space.read_label_maps(entry.case_id)
            split = splits.get(entry.case_id) or split_of(
                record.patient_id, settings.seed, FRACTIONS
            )
            yield CaseArtifacts(record, organs, regions, split)

    configuration = settings.model_dump(mode="json")
    request = ReleaseRequest(cases=artifacts(), configuration=configuration, issues=aside)
    return write_release(request, space.release_path)


def show_corpus_issues(issues: Sequence[Issue]) -> None:
    """Tell on stderr what is wrong with a corpus, before hours go into building it."""
    if issues:
        click.echo(f"{plural(len(issues), 'issue')} with the corpus:", err=True)
        show_issues(issues, _SHOWN_ISSUES, err=True)


def summarise(
    corpus: Corpus,
    space: Workspace,
    entries: Sequence[Entry],
    manifest: Manifest | None,
    unchanged: Set[str],
) -> dict[str, Any]:
    """The outcome as plain data, with the exit code: 1 when a case is set aside, 3 when all are.

    ``unchanged`` are the cases that an earlier run built: they count as built, and cost nothing.
    """
    status = Counter(entry.status for entry in entries)
    rejected = {issue.case_id for issue in errors(corpus.issues)} - {None}
    rejected -= {case.case_id for case in corpus.cases}
    left_out = manifest.left_out if manifest else ()
    aside = status["set_aside"] + len(rejected) + len(left_out)
    if not status["built"]:
        code = EXIT_NOTHING_BUILT
    else:
        code = EXIT_SET_ASIDE if aside or errors(corpus.issues) else 0
    pages = [space.page_path(entry.case_id) for entry in entries if entry.status == "built"]
    return {
        "source": corpus.source,
        "built": status["built"] - len(left_out),
        "unchanged": len(unchanged),
        "left_out_of_release": list(left_out),
        "set_aside": aside,
        "release": str(space.release_path) if manifest else None,
        "release_digest": manifest.digest if manifest else None,
        "counts": manifest.counts if manifest else {},
        "peak_mib": max(
            (entry.peak_mib for entry in entries if entry.case_id not in unchanged), default=0.0
        ),
        "index": str(space.index_path),
        "pages": [str(page) for page in pages if page.exists()],
        "issues": [
            issue.model_dump(mode="json")
            for issue in (*corpus.issues, *(i for entry in entries for i in entry.issues))
        ],
        "exit_code": code,
    }


def show_summary(summary: dict[str, Any], corpus: Corpus) -> None:
    """Print the outcome for people; the last line names the page to look at."""
    if corpus.issues:
        click.echo(f"{plural(len(corpus.issues), 'issue')} with the corpus, told at the start")
    for case_id in summary["left_out_of_release"]:
        click.echo(f"{case_id} is built but not in the release; set_aside.json there says why")
    counts, unchanged = summary["counts"], summary["unchanged"]
    peak = f", peak memory {summary['peak_mib']:.0f} MiB" if summary["peak_mib"] else ""
    click.echo(
        f"{plural(max(summary['built'] - unchanged, 0), 'case')} built, "
        f"{f'{unchanged} unchanged, ' if unchanged else ''}{summary['set_aside']} set aside, "
        f"{summary['seconds']:.0f} s{peak}"
    )
    if counts:
        names = ("sentences", "findings", "regions", "questions", "traces")
        told = ", ".join(f"{counts[name]} {name}" for name in names if name in counts)
        click.echo(f"release {summary['release']} ({told})")
    pages = summary["pages"]
    click.echo(f"look at {pages[0] if len(pages) == 1 else summary['index']}")


def _made_with(settings: BuildSettings, record: Record) -> bool:
    """Whether a record has these settings; others may lie beside it when one case was built."""
    parts = {c.role: c.configuration_digest for c in record.components}
    return parts.get("organs") == digest(settings)


def _set_aside_issues(corpus: Corpus, root: Path, entries: Iterable[Entry]) -> tuple[Issue, ...]:
    """What the corpus got wrong, and why each set-aside case was set aside."""
    aside = (entry for entry in entries if entry.status == "set_aside")
    found = (*corpus.issues, *(issue for entry in aside for issue in entry.issues))
    return tuple(_relative(issue, root) for issue in found)


def _relative(issue: Issue, root: Path) -> Issue:
    where = issue.where.replace(f"{root}/", "").replace(f"{root.absolute()}/", "")
    return issue.model_copy(update={"where": where})
