"""Standard words are what a radiologist writes; read again they give the same finding."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundct.core.report import (
    Finding,
    Laterality,
    Measurement,
    MeasurementForm,
    MeasurementKind,
    Presence,
    Span,
)
from groundct.reports._rules.american.standard import standardized
from groundct.reports._rules.details.measures import of_type
from groundct.reports._rules.reading import read_sentence
from groundct.vocabulary.american import american_place, plural_of, says_too_little
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.segments import segments

UNIT = Span(start=0, end=1)
TYPES = sorted(kind for kind, value in findings().types.items() if not says_too_little(value.name))
LUNG_TYPES = sorted(k for k in TYPES if findings().types[k].anatomy == "lung/lung")
PLEURAL = sorted(
    k for k in TYPES if anatomy().top_region(findings().types[k].anatomy or "-") == "pleura"
)
LOBES = sorted({segment.path for segment in segments()})


def sizes(kind: str) -> st.SearchStrategy[tuple[Measurement, ...]]:
    """Up to two measurements that a finding of a type may have."""
    kinds: list[MeasurementKind] = ["diameter", "short_axis", "long_axis", "thickness"]
    forms: list[MeasurementForm] = ["exact", "about", "up_to", "at_least"]
    numbers = st.integers(2, 90).map(float) | st.integers(11, 99).map(lambda n: n / 10)
    one = st.builds(
        lambda values, own, form: Measurement(
            span=UNIT, values_mm=tuple(values), kind=own, form=form
        ),
        st.lists(numbers, min_size=1, max_size=3),
        st.sampled_from(kinds),
        st.sampled_from(forms),
    )
    ranged = st.integers(2, 40).map(
        lambda n: of_type(
            Measurement(span=UNIT, values_mm=(float(n), float(n + 3)), form="range"), kind
        )
    )
    return st.lists(one | ranged, max_size=2).map(tuple)


def made(kind: str, **values: object) -> Finding:
    known = findings().types[kind]
    base = {
        "finding_id": "f1",
        "type": kind,
        "category": known.code,
        "focal": known.focal,
        "presence": "present",
        "span": UNIT,
        "standardized": "",
        "sentence_indices": (0,),
        "anatomy": _usual(kind),
    }
    return Finding.model_validate({**base, **values})


def _usual(kind: str) -> tuple[str, ...]:
    """The places of a type that is named and no more."""
    found = read_sentence(findings().types[kind].name.capitalize(), "en").findings
    default = findings().types[kind].anatomy
    return found[0].anatomy if found else (default,) if default else ()


def core(finding: Finding) -> tuple[object, ...]:
    return (
        finding.type,
        finding.presence,
        finding.laterality,
        tuple(sorted(finding.anatomy)),
        tuple(sorted(finding.lung_segments)),
        tuple((size.values_mm, size.form, size.kind) for size in finding.measurements),
        finding.change,
    )


def check(finding: Finding, *, plural: bool = False) -> None:
    words = standardized(finding, plural=plural)
    assert [core(f) for f in read_sentence(words + ".", "en").findings] == [core(finding)], words


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_in_every_presence_and_change(kind: str) -> None:
    said: tuple[Presence, ...] = ("present", "absent", "uncertain")
    for presence in said:
        check(made(kind, presence=presence))
    for change in ("new", "stable", "increased", "decreased"):
        check(made(kind, change=change))
    check(made(kind, presence="absent", change="resolved"))
    check(made(kind), plural=True)


@pytest.mark.parametrize("segment", segments(), ids=lambda segment: segment.segment_id)
def test_every_segment(segment) -> None:
    check(
        made(
            "nodule",
            anatomy=(segment.path,),
            lung_segments=(segment.name,),
            laterality=segment.side,
        )
    )


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_lung_findings(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(LUNG_TYPES))
    paths = data.draw(st.lists(st.sampled_from(LOBES), min_size=1, max_size=2, unique=True))
    own = [s for s in segments() if s.path in paths]
    named = data.draw(st.lists(st.sampled_from(own), max_size=1))
    sides = {"right" if "/right" in path else "left" for path in paths}
    side: Laterality = "bilateral" if len(sides) == 2 else "right" if "right" in sides else "left"
    check(
        made(
            kind,
            anatomy=tuple(paths),
            lung_segments=tuple(segment.name for segment in named),
            laterality=side,
            presence=data.draw(st.sampled_from(["present", "absent", "uncertain"])),
            measurements=data.draw(sizes(kind)),
        )
    )


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_pleural_findings(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(PLEURAL))
    check(
        made(
            kind,
            anatomy=("pleura/pleura",),
            laterality=data.draw(st.sampled_from(["right", "left", "bilateral", None])),
            presence=data.draw(st.sampled_from(["present", "absent", "uncertain"])),
            measurements=data.draw(sizes(kind)),
        )
    )


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"type": "nodule", "count": 2}, "Two pulmonary nodules"),
        ({"type": "atelectasis", "count": 2}, "Two areas of atelectasis"),
        ({"type": "atelectasis", "modifiers": ("multiple",)}, "Multiple areas of atelectasis"),
        (
            {"type": "nodule", "anatomy": ("lung/lung",), "laterality": "bilateral"},
            "Pulmonary nodule in both lungs",
        ),
        (
            {
                "type": "nodule",
                "anatomy": (
                    "lung/lung/right lung/right lung upper lobe",
                    "lung/lung/left lung/left lung upper lobe",
                ),
                "laterality": "bilateral",
            },
            "Pulmonary nodule in both upper lobes",
        ),
        (
            {
                "type": "liver_lesion",
                "anatomy": ("abdomen/abdomen/liver/left lobe of liver",),
                "laterality": "left",
                "modifiers": ("cystic",),
            },
            "Cystic lesion in the left lobe of the liver",
        ),
        (
            {
                "type": "renal_lesion",
                "anatomy": ("abdomen/abdomen/kidney/right kidney",),
                "laterality": "right",
            },
            "Right renal lesion",
        ),
        (
            {"type": "fracture", "anatomy": ("bone/bone/rib/left rib/left rib 4",)},
            "Fracture in the left 4th rib",
        ),
    ],
)
def test_words(values: dict[str, object], wanted: str) -> None:
    kind = str(values.pop("type"))
    assert standardized(made(kind, **values)) == wanted


def test_own_words_stand_where_the_name_says_less() -> None:
    finding = made("vascular_finding", anatomy=("mediastinum/aorta",))
    assert standardized(finding) == "Vascular finding in the aorta"
    assert standardized(finding, words="tortuous course") == "Tortuous course in the aorta"
    nodule = made("nodule")
    assert standardized(nodule, words="nodular focus") == "Pulmonary nodule"


def test_every_structure_has_words() -> None:
    for path in anatomy().paths:
        assert american_place(anatomy().leaf(path)).strip()


def test_names_of_types_have_plurals_or_none() -> None:
    assert plural_of("pulmonary nodule") == "pulmonary nodules"
    assert plural_of("ground-glass opacity") == "ground-glass opacities"
    assert plural_of("mass") == "masses"
    assert plural_of("bulla") == "bullae"
    assert plural_of("atelectasis") == ""
