"""Release -> export -> source -> build -> export: the same rows, voxels and affines, to the bit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from groundct.cli.main import cli
from groundct.release.read import read_release
from groundct.vocabulary.anatomy import anatomy


def run(*arguments):
    result = CliRunner().invoke(cli, [str(a) for a in arguments])
    assert result.exit_code == 0, result.output
    return result


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != "export.json"
    }


@pytest.fixture(scope="module", params=["radgenome", "rexgroundingct"])
def again(request, built, tmp_path_factory):
    """(layout, first release, first export, release built from it, second export)."""
    root = tmp_path_factory.mktemp(request.param)
    release = built.workspace / "release"
    run("export", release, "--to", request.param, "-o", root / "first")
    shutil.copytree(root / "first", root / "corpus")
    (root / "corpus" / "ct").mkdir()
    for volume in (built.corpus / "volumes").glob("phantom_*"):
        shutil.copy(volume, root / "corpus" / "ct")
    run("build", root / "corpus", "-o", root / "workspace", "--no-pages")
    rebuilt = root / "workspace" / "release"
    run("export", rebuilt, "--to", request.param, "-o", root / "second")
    return request.param, release, root / "first", rebuilt, root / "second"


def test_the_second_export_equals_the_first_byte_for_byte(again):
    _, _, first, _, second = again
    assert len(files(first)) >= 2
    assert files(first) == files(second)


def test_the_rebuilt_records_say_the_same(again):
    layout, release, _, rebuilt, _ = again
    old = {case.record.case_id: case.record for case in read_release(release).cases()}
    new = {case.record.case_id: case.record for case in read_release(rebuilt).cases()}
    assert set(new) <= set(old)
    assert new
    for case_id, record in new.items():
        if layout == "radgenome":
            assert asked(record) == asked(old[case_id])
            assert segmented(record) == segmented(old[case_id])
            assert spoken(record) == spoken(old[case_id])
        else:
            assert found(record) == found(old[case_id])


def test_published_masks_ground_their_findings(again):
    layout, _, _, rebuilt, _ = again
    methods = {
        grounding.method
        for case in read_release(rebuilt).cases()
        for grounding in case.record.groundings
        if grounding.target == "finding" and grounding.state == "grounded"
    }
    assert ("published" in methods) == (layout == "rexgroundingct")


def asked(record):
    """The questions as RadGenome keeps them: no wordings, no order of places."""
    return {
        (q.task, "" if q.task == "location" else q.anatomy, q.abnormality, part)
        for q in record.questions
        for part in (q.answer.split("; ") if q.task in ("location", "size") else [q.answer])
        if q.task in ("presence", "location", "size")
    }


def segmented(record):
    """The structures that RadGenome has masks of: its layout holds no others."""
    return {o.name: o.status for o in record.organs if anatomy().is_mask_name(o.name)}


def spoken(record):
    """Each sentence, once, and its regions; the tables keep them in another order.

    A sentence that also names a place outside the ten regions comes back with "others" too.
    """
    text, sentences = record.report.text, record.reading.sentences
    return list(
        dict.fromkeys((s.span.of(text), frozenset(s.regions) - {"others"}) for s in sentences)
    )


def found(record):
    """Each finding with voxels of its own: its text, code, and its instances' voxels and places."""
    own = {r.region_id: r for r in record.regions if r.kind == "finding"}
    ids = {
        g.target_id: [own[i] for i in g.region_ids if i in own]
        for g in record.groundings
        if g.target == "finding" and g.state == "grounded"
    }
    return [
        (f.standardized, f.category, [(r.voxels, r.centroid_mm, r.box) for r in ids[f.finding_id]])
        for f in record.reading.findings
        if f.presence == "present" and ids.get(f.finding_id)
    ]
