"""``groundct build``: the main job."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from pathlib import Path

import click

from groundct.cli._interrupt import Interrupts
from groundct.cli._progress import BuildProgress
from groundct.cli._publish import publish, show_corpus_issues, show_summary, summarise
from groundct.cli._show import plural, show_json
from groundct.core.case import Corpus
from groundct.core.options import parse_options
from groundct.pipeline.engine import RunOptions, run_corpus
from groundct.pipeline.hold import hold
from groundct.pipeline.ledger import Entry
from groundct.pipeline.settings import BuildSettings, configured, environment
from groundct.pipeline.stages import BuiltCase
from groundct.pipeline.workspace import Workspace
from groundct.review.case_page import write_case_page
from groundct.review.contact_sheet import write_contact_sheet
from groundct.review.view import CaseView
from groundct.sources._inspect import inspect_corpus

EXIT_INTERRUPTED = 130
"""What shells give a command that Ctrl-C ended."""


@click.command("build")
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o", "--output", "workspace", required=True, type=click.Path(path_type=Path),
    help="The workspace: records, masks, pages and the release.",
)  # fmt: skip
@click.option("--source", help="Read CORPUS as this format instead of recognising it.")
@click.option("--segmenter", default="hu", show_default=True, help="Organ segmenter.")
@click.option("--extractor", default="rules", show_default=True, help="Report reader.")
@click.option("--finder", default="hu_text", show_default=True, help="Finding segmenter.")
@click.option(
    "--segmenter-option", "segmenter_texts", multiple=True, metavar="KEY=VALUE",
    help="What the organ segmenter must be told; may be repeated.",
)  # fmt: skip
@click.option(
    "--finder-option", "finder_texts", multiple=True, metavar="KEY=VALUE",
    help="What the finding segmenter must be told; may be repeated.",
)  # fmt: skip
@click.option("--case", "only", multiple=True, help="Build only this case; may be repeated.")
@click.option("--seed", default=0, show_default=True, help="Seed of the split by patient.")
@click.option(
    "--wordings", default=3, show_default=True, type=click.IntRange(1, 13),
    help="Wordings of each question.",
)  # fmt: skip
@click.option(
    "--workers", default=1, show_default=True, type=click.IntRange(1, 256),
    help="Cases at a time; 3 GiB each.",
)  # fmt: skip
@click.option(
    "--recheck", is_flag=True,
    help="Read every input again instead of trusting its size and time of change.",
)  # fmt: skip
@click.option("--no-pages", is_flag=True, help="Leave out pages and contact sheets.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON on stdout.")
def command(  # noqa: PLR0913 - one parameter an option
    corpus: Path, workspace: Path, source: str | None, segmenter: str, extractor: str, finder: str,
    segmenter_texts: tuple[str, ...], finder_texts: tuple[str, ...],
    only: tuple[str, ...], seed: int, wordings: int, workers: int, recheck: bool, no_pages: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Build a grounded record for each case of CORPUS: masks, findings, questions, pages, release.

    Running it again builds what is missing or changed. A case that fails is set aside with its
    reason and the others go on; the exit code is then 1. Ctrl-C keeps what is built.

    \b
    Examples:
      groundct build examples/lidc-0003 -o demo
      groundct build scans/ -o workspace --workers 2
      groundct build CT-RATE/ -o workspace --source ct_rate --case train_1_a_1
    """
    started = time.perf_counter()
    found = inspect_corpus(corpus, source)
    chosen = _chosen(found, only)
    show_corpus_issues(chosen.issues)
    space = Workspace(workspace)
    settings = configured(
        BuildSettings(
            segmenter=segmenter,
            extractor=extractor,
            finding_segmenter=finder,
            wordings=wordings,
            seed=seed,
            segmenter_options=parse_options(segmenter_texts),
            finding_segmenter_options=parse_options(finder_texts),
        )
    )
    entries: list[Entry] = []
    unchanged: set[str] = set()
    with hold(workspace):
        space.require_same_corpus(corpus, frozenset(case.case_id for case in found.cases))
        space.state_run(
            {
                "corpus": str(corpus.resolve()),
                "source": found.source,
                "settings": settings.model_dump(mode="json"),
                "environment": environment(),
                "workers": workers,
            }
        )
        options = RunOptions(
            finish=None if no_pages else draw_case,
            workers=workers,
            only=frozenset(only) or None,
            recheck=recheck,
        )
        run = run_corpus(found, space, settings, options)
        try:
            with (
                Interrupts() as interrupts,
                BuildProgress(len(chosen.cases)) as progress,
                closing(run) as events,
            ):
                for event in events:
                    interrupts.check()
                    progress.tell(event)
                    if event.entry:
                        entries.append(event.entry)
                    if event.stage == "unchanged":
                        unchanged.add(event.case_id)
        except KeyboardInterrupt:
            click.echo(
                f"\nstopped: {len(entries)} of {plural(len(chosen.cases), 'case')} done; the same "
                "command goes on from there",
                err=True,
            )
            sys.exit(EXIT_INTERRUPTED)
        manifest = publish(found, corpus, space, settings)
    summary = summarise(chosen, space, entries, manifest, unchanged)
    summary["seconds"] = round(time.perf_counter() - started, 1)
    if as_json:
        show_json(summary)
    else:
        show_summary(summary, chosen)
    sys.exit(summary["exit_code"])


def draw_case(folder: Path, built: BuiltCase) -> None:
    """Write a case's page and contact sheet into its folder."""
    view = CaseView(built.record, built.volume, built.organs, built.regions)
    write_case_page(folder / "page.html", view)
    write_contact_sheet(folder / "sheet.png", view)


def _chosen(corpus: Corpus, only: tuple[str, ...]) -> Corpus:
    if not only:
        return corpus
    known = {case.case_id for case in corpus.cases}
    if unknown := sorted(set(only) - known):
        shown = ", ".join(sorted(known)[:10])
        raise click.UsageError(f"no case {', '.join(unknown)} in the corpus; it has {shown} ...")
    cases = tuple(case for case in corpus.cases if case.case_id in only)
    issues = tuple(issue for issue in corpus.issues if issue.case_id in {None, *only})
    return corpus.model_copy(update={"cases": cases, "issues": issues})
