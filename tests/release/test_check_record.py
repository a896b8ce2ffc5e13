"""Each rule of a record has a record that breaks it, and only it."""

import numpy as np
import pytest

from groundct.core.geometry import Geometry
from groundct.core.record import Box, OrganStatus
from groundct.core.report import Cue, Span
from groundct.core.volume import LabelMap, RegionMask, Segment, label_map_of_masks
from groundct.release._check_masks import check_masks, voxel_counts
from groundct.release._check_record import check_record

FAR = Span(start=0, end=10_000)


def change(record, field, position, **update):
    """The record with one element of a tuple field changed."""
    items = list(getattr(record, field))
    items[position] = items[position].model_copy(update=update)
    return record.model_copy(update={field: tuple(items)})


def change_reading(record, field, position, **update):
    return record.model_copy(update={"reading": change(record.reading, field, position, **update)})


def double(record, field):
    items = getattr(record, field)
    return record.model_copy(update={field: (*items, items[-1])})


def double_reading(record, field):
    return record.model_copy(update={"reading": double(record.reading, field)})


def change_step(record, **update):
    trace = record.traces[0]
    steps = (trace.steps[0], trace.steps[1].model_copy(update=update))
    return change(record, "traces", 0, steps=steps)


BREAKS = {
    "doubled-id region": ("doubled-id", lambda r: double(r, "regions")),
    "doubled-id question": ("doubled-id", lambda r: double(r, "questions")),
    "doubled-id organ": ("doubled-id", lambda r: double(r, "organs")),
    "doubled-id grounding": ("doubled-id", lambda r: double(r, "groundings")),
    "doubled-id finding": ("doubled-id", lambda r: double_reading(r, "findings")),
    "doubled-id sentence": ("doubled-id", lambda r: double_reading(r, "sentences")),
    "sentence outside": (
        "span-outside-text",
        lambda r: change_reading(r, "sentences", 0, span=FAR),
    ),
    "finding outside": (
        "span-outside-text",
        lambda r: change_reading(r, "findings", 0, span=FAR),
    ),
    "cue outside": (
        "span-outside-text",
        lambda r: change_reading(r, "findings", 0, cues=(Cue(span=FAR, role="a", entry="b"),)),
    ),
    "measurement outside": (
        "span-outside-text",
        lambda r: change_reading(
            r,
            "findings",
            0,
            measurements=(r.reading.findings[0].measurements[0].model_copy(update={"span": FAR}),),
        ),
    ),
    "no text": ("span-outside-text", lambda r: r.model_copy(update={"report": None})),
    "sentence index": (
        "unknown-sentence",
        lambda r: change_reading(r, "findings", 0, sentence_indices=(0, 7)),
    ),
    "other sentence": (
        "finding-outside-sentences",
        lambda r: change_reading(r, "findings", 0, sentence_indices=(1,)),
    ),
    "region's finding": ("unknown-finding", lambda r: change(r, "regions", 1, finding_id="f9")),
    "grounding's region": (
        "unknown-region",
        lambda r: change(r, "groundings", 0, region_ids=("f9.9",)),
    ),
    "question's region": (
        "unknown-region",
        lambda r: change(r, "questions", 0, region_ids=("f9.9",)),
    ),
    "question's finding": (
        "unknown-finding",
        lambda r: change(r, "questions", 0, finding_ids=("f1", "f9")),
    ),
    "trace's finding": ("unknown-finding", lambda r: change(r, "traces", 0, finding_id="f9")),
    "trace's region": ("unknown-region", lambda r: change(r, "traces", 0, region_id="f9.9")),
    "step's region": ("unknown-region", lambda r: change_step(r, region_id="f9.9")),
    "no grounding": (
        "no-grounding",
        lambda r: r.model_copy(update={"groundings": r.groundings[:-1]}),
    ),
    "grounding's target": (
        "unknown-target",
        lambda r: change(r, "groundings", 3, target_id="f9"),
    ),
    "denied grounded": (
        "absent-grounded",
        lambda r: change_reading(r, "findings", 0, presence="absent"),
    ),
    "box turned": (
        "bad-box",
        lambda r: change(r, "regions", 0, box=Box(low=(5, 2, 1), high=(1, 8, 7))),
    ),
    "box off the grid": (
        "bad-box",
        lambda r: change(r, "regions", 0, box=Box(low=(1, 2, 1), high=(5, 8, 9))),
    ),
    "too many voxels": ("bad-box", lambda r: change(r, "regions", 0, voxels=10_000)),
    "centre off the box": (
        "bad-box",
        lambda r: change(r, "regions", 0, centroid_index=(9.0, 5.0, 4.0)),
    ),
    "no volume": ("region-without-volume", lambda r: r.model_copy(update={"volume": None})),
    "open answer": ("bad-answer", lambda r: change(r, "questions", 0, answer="Maybe.")),
    "yes to a denied finding": (
        "unfounded-answer",
        lambda r: change(r, "questions", 1, answer="Yes."),
    ),
    "no to a present finding": (
        "unfounded-answer",
        lambda r: change(r, "questions", 0, answer="No."),
    ),
    "answer from nowhere": (
        "unfounded-answer",
        lambda r: change(r, "questions", 0, finding_ids=()),
    ),
    "yes and no": (
        "contradictory-answers",
        lambda r: change(
            r,
            "questions",
            1,
            anatomy=r.questions[0].anatomy,
            abnormality=r.questions[0].abnormality,
        ),
    ),
    "loose region": (
        "untraced-region",
        lambda r: change(
            change(
                change(r, "regions", 1, finding_id=None),
                "groundings",
                0,
                region_ids=("organ:right lung",),
            ),
            "groundings",
            2,
            region_ids=("organ:right lung",),
        ),
    ),
}


def test_sound_record_has_no_problem(record, artifacts):
    case = artifacts(record)
    assert check_record(record) == ()
    assert check_masks(record, case.organs, case.regions) == ()


@pytest.mark.parametrize("name", sorted(BREAKS))
def test_broken_record_is_told(record, name):
    code, breaks = BREAKS[name]
    issues = check_record(breaks(record))
    assert code in {issue.code for issue in issues}
    assert all(issue.case_id == record.case_id and issue.remedy for issue in issues)


def organ(record, position, status):
    return change(record, "organs", position, status=status)


MASK_BREAKS = {
    "segmented but empty": ("organ-status", lambda r: organ(r, 1, "segmented")),
    "empty but there": ("organ-status", lambda r: organ(r, 0, "empty")),
    "not segmented but there": ("organ-status", lambda r: organ(r, 0, "not_segmented")),
    "empty but not segmented": ("organ-status", lambda r: organ(r, 2, "empty")),
    "organ unknown": (
        "unknown-segment",
        lambda r: r.model_copy(update={"organs": r.organs[1:]}),
    ),
    "region unknown": (
        "unknown-segment",
        lambda r: r.model_copy(update={"regions": r.regions[:1]}),
    ),
    "region without mask": (
        "region-without-mask",
        lambda r: change(r, "regions", 1, region_id="f1.2"),
    ),
    "organ without mask": ("region-without-mask", lambda r: change(r, "regions", 0, name="heart")),
    "one voxel more": (
        "voxel-count",
        lambda r: change(r, "regions", 0, voxels=r.regions[0].voxels + 1),
    ),
    "another grid": (
        "grid-mismatch",
        lambda r: r.model_copy(
            update={
                "volume": r.volume.model_copy(
                    update={"geometry": Geometry.of((12, 10, 8), np.eye(4))}
                )
            }
        ),
    ),
    "no volume": ("mask-without-volume", lambda r: r.model_copy(update={"volume": None})),
    "organ twice": (
        "organ-status",
        lambda r: r.model_copy(
            update={"organs": (*r.organs, OrganStatus(name="heart", status="segmented"))}
        ),
    ),
}


@pytest.mark.parametrize("name", sorted(MASK_BREAKS))
def test_masks_that_contradict_the_record_are_told(record, artifacts, name):
    code, breaks = MASK_BREAKS[name]
    case = artifacts(record)
    issues = check_masks(breaks(record), case.organs, case.regions)
    assert code in {issue.code for issue in issues}


def test_record_without_its_masks_is_told(record):
    found = {issue.code for issue in check_masks(record, None, None)}
    assert found == {"organ-status", "region-without-mask"}


def test_counts_of_overlapping_parts_and_layers():
    rng = np.random.default_rng(0)
    geometry = Geometry.of((9, 8, 7), np.eye(4))
    masks = [
        (f"m{n}", RegionMask.of(np.asfortranarray(rng.random((9, 8, 7)) > 0.5))) for n in range(4)
    ]
    packed = label_map_of_masks(masks, geometry, geometry)
    assert len(packed.layers) > 1
    both = Segment(name="both", parts=packed.segments[0].parts + packed.segments[1].parts)
    labels = LabelMap(packed.layers, (*packed.segments, both), geometry, geometry)
    counts = voxel_counts(labels)
    for name, mask in masks:
        assert counts[name] == mask.count
    union = masks[0][1].dense((9, 8, 7)) | masks[1][1].dense((9, 8, 7))
    assert counts["both"] == np.count_nonzero(union)
