"""The case page holds everything, safely, and asks for nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_case import HOSTILE, IMPRESSION, SENTENCES, made_view

from groundct.core.issues import GridError
from groundct.core.record import NotGroundable
from groundct.core.report import Reading, Sentence, Span, report_of_columns
from groundct.review._case_data import script_json
from groundct.review._html import fill
from groundct.review._report_html import report_html
from groundct.review.case_page import case_page, write_case_page
from groundct.review.view import CaseView


class Page(HTMLParser):
    """Elements with their attributes, scripts by id, and the text of each data-target."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[str | None, str]] = []
        self.report = ""
        self.sentences: dict[str, str] = {}
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        held = dict(attrs)
        self.elements.append((tag, held))
        if tag == "script":
            self.scripts.append((held.get("id"), ""))
        if tag not in {"meta", "input", "img", "br", "link"}:
            self._open.append((tag, held))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self._open and self._open[-1][0] == "script":
            name, text = self.scripts[-1]
            self.scripts[-1] = (name, text + data)
        if any(held.get("class") == "section" for _, held in self._open):
            self.report += data
        for _, held in self._open:
            if held.get("class") == "sentence":
                key = held["data-target"]
                self.sentences[key] = self.sentences.get(key, "") + data


@pytest.fixture(scope="module")
def html(view):
    return case_page(view)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_every_sentence_stands_once_as_written(page):
    targets = [h["data-target"] for t, h in page.elements if h.get("class") == "sentence"]
    assert targets == [f"sentence-{n}" for n in range(5)]
    assert list(page.sentences.values()) == [*SENTENCES, IMPRESSION]


def test_the_report_is_whole_and_untouched(page, view):
    report = view.record.report
    assert page.report == "".join(section.span.of(report.text) for section in report.sections)


def test_marks_do_not_overlap_where_findings_do():
    text = "The liver, pancreas and spleen are normal."
    record = made_view().record
    given = record.reading.findings[0]
    findings = tuple(
        given.model_copy(update={"finding_id": name, "span": Span(start=start, end=len(text) - 1)})
        for name, start in (("liver", 4), ("pancreas", 11), ("spleen", 24))
    )
    report = report_of_columns([("findings", text)])
    sentence = Sentence(index=0, section="findings", span=Span(start=0, end=len(text)))
    reading = Reading(sentences=(sentence,), findings=findings)
    changed = record.model_copy(update={"report": report, "reading": reading, "groundings": ()})
    html = report_html(replace(made_view(), record=changed))
    marks = re.findall(r'<mark [^>]*data-sign="[^>]*data-target="([^"]*)">([^<]*)</mark>( ?)', html)
    assert marks == [
        ("finding-liver", "liver,", " "),
        ("finding-pancreas", "pancreas and", " "),
        ("finding-spleen", "spleen are normal", ""),
    ]
    assert html.count("<mark") == 3
    assert Page(html).report == text


def test_report_text_is_data(html, page):
    assert "<img" not in html.split("<script>")[0].lower()
    assert [tag for tag, _ in page.elements if tag == "img"] == []
    assert HOSTILE in page.report
    # CT, organs, two layers of overlapping regions; data, viewer and the page's own script.
    assert [name for name, _ in page.scripts] == [
        "case", "volume-ct", "volume-organs-0", "volume-regions-0", "volume-regions-1", None, None,
    ]  # fmt: skip
    assert "&lt;heart&gt;" in html


@given(st.text())
def test_json_in_a_script_cannot_end_it(text):
    written = script_json({"key": text})
    assert "<" not in written
    assert json.loads(written) == {"key": text}


def test_values_are_not_searched_for_places():
    assert fill("{{a}}-{{b}}", {"a": "{{b}}", "b": "x"}) == "{{b}}-x"


def test_nothing_is_loaded_from_elsewhere(page):
    for tag, held in page.elements:
        assert not {"src", "srcset", "poster", "data"} & held.keys(), tag
        assert tag not in {"link", "iframe", "object", "embed", "base"}
        assert "style" not in held
    policy = next(h["content"] for t, h in page.elements if h.get("http-equiv"))
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert "connect-src" not in rules
    assert "unsafe" not in policy and "http" not in policy
    assert rules["script-src"].count("sha256-") == 2


def test_equal_views_give_equal_bytes(tmp_path, html):
    write_case_page(tmp_path / "page.html", made_view())
    assert (tmp_path / "page.html").read_bytes() == html.encode("utf-8")


def test_a_moved_mask_gives_another_page(html):
    assert case_page(made_view(nodule_shift=2)) != html


def test_targets_point_at_their_regions(page, view):
    data = json.loads(dict(page.scripts)["case"])
    assert data["targets"]["sentence-1"]["structures"] == ["region:left-1"]
    assert data["targets"]["sentence-1"]["focus"] == list(view.region("left-1").centroid_mm)
    assert data["targets"]["sentence-0"]["structures"] == []
    assert data["targets"]["sentence-0"]["focus"] is None
    assert data["targets"]["sentence-4"]["structures"] == ["organ:lung"]
    assert data["targets"]["step-0-1"]["structures"] == ["organ:left lung"]
    assert data["targets"]["question-q1"]["structures"] == ["region:left-1"]
    assert data["structures"]["organ:lung"]["on"] is False
    assert data["structures"]["organ:left lung"]["on"] is True


@pytest.mark.parametrize(
    "words",
    [
        '<mark class="absent" data-sign="−"',
        '<mark class="present" data-sign="+"',
        '<mark class="uncertain" data-sign="?"',
        "not groundable: the report denies it",
        "candidate mask by rule, confidence 0.75",
        "right lung upper lobe (approximate)",
        "12 × 9 mm",
        "12.5 mm longest axial",
        'class="issues" role="alert"',
        "Candidate masks by rule, not a diagnosis",
        "the patient's left, is on the image's right",
        "Not segmented: 1",
        "Looked for and empty: 1",
        "Shown at full resolution, 40 × 32 × 20 voxels of 5.00 × 6.00 × 9.00 mm.",
        "<td>segmenter</td><td>hu</td><td>9.9</td>",
    ],
)
def test_the_page_says(html, words):
    assert words in html


def test_a_record_without_groundings_says_not_annotated(view):
    bare = view.record.model_copy(update={"groundings": ()})
    html = case_page(CaseView(bare, view.volume, view.organs, view.regions))
    assert "not annotated" in html
    assert "data-grounded" not in html.split("</style>")[1].split("<script")[0]


def test_an_empty_record_still_makes_a_page(view):
    record = view.record.model_copy(
        update={
            "report": None,
            "reading": view.record.reading.model_copy(update={"sentences": (), "findings": ()}),
            "groundings": (),
            "regions": (),
            "questions": (),
            "traces": (),
            "issues": (),
        }
    )
    html = case_page(CaseView(record, view.volume, view.organs, view.regions))
    assert "This case has no report." in html
    assert 'role="alert"' not in html


def test_text_between_sections_is_kept(view):
    report = view.record.report
    text = report.text + "\n\nSigned <by> hand."
    record = view.record.model_copy(update={"report": report.model_copy(update={"text": text})})
    page = Page(case_page(CaseView(record, view.volume, view.organs, view.regions)))
    assert "Signed <by> hand." in page.report


def test_overlapping_sentences_are_refused(view):
    reading = view.record.reading
    twice = Sentence(index=9, section="findings", span=Span(start=3, end=30))
    record = view.record.model_copy(
        update={"reading": reading.model_copy(update={"sentences": (*reading.sentences, twice)})}
    )
    with pytest.raises(ValueError, match="overlap"):
        case_page(CaseView(record, view.volume, view.organs, view.regions))


def test_label_maps_of_another_grid_are_refused(view):
    from groundct.core.geometry import Geometry
    from groundct.core.volume import LabelMap

    other = Geometry.of(view.volume.geometry.shape, view.volume.geometry.matrix + 0.5)
    moved = LabelMap(view.organs.layers, view.organs.segments, other, other)
    with pytest.raises(GridError, match="organs"):
        CaseView(view.record, view.volume, moved, view.regions)


def test_a_region_that_is_not_there_is_an_error(view):
    assert isinstance(view.grounding("finding", "f0"), NotGroundable)
    assert view.grounding("finding", "none") is None
    with pytest.raises(KeyError, match="none"):
        view.region("none")
