import pytest

from groundct.phantom.lines import Placed, site_words
from groundct.phantom.report import write_report
from groundct.phantom.spec import TYPES, FindingSpec, ReportStyle, sites_of
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings


def one(**asked):
    return write_report([Placed(FindingSpec(**asked), 12)])


def all_specs():
    for category, kinds in TYPES.items():
        for n, site in enumerate(sites_of(category)):
            yield FindingSpec(category=category, site=site, type=kinds[n % len(kinds)])


def test_every_span_is_in_the_text_and_every_sentence_whole():
    report, reading = write_report([Placed(spec, 12) for spec in all_specs()])
    for sentence in reading.sentences:
        text = sentence.span.of(report.text)
        assert text.endswith(".")
        assert text[0].isupper()
    assert len(reading.sentences) == report.text.count(". ") + report.text.count(".\n") + 1
    for finding in reading.findings:
        own = reading.sentences[finding.sentence_indices[0]]
        assert own.span.contains(finding.span)
        for measurement in finding.measurements:
            assert own.span.contains(measurement.span)
            assert measurement.span.of(report.text) == f"{measurement.values_mm[0]:.0f} mm"


def test_a_nodule_is_told_with_side_site_and_size():
    report, reading = one(category="2d", site="left lung upper lobe apicoposterior segment")
    finding = reading.findings[0]
    assert finding.span.of(report.text) == "solid nodule"
    assert (finding.laterality, finding.category, finding.presence) == ("left", "2d", "present")
    assert finding.anatomy == ("lung/lung/left lung/left lung upper lobe",)
    assert finding.lung_segments == ("left lung upper lobe apicoposterior segment",)
    assert finding.measurements[0].values_mm == (12.0,)
    assert "apicoposterior segment of the upper lobe of the left lung" in report.text
    assert len(finding.sentence_indices) == 2


def test_what_is_placed_is_not_denied_and_what_is_not_is():
    _, healthy = write_report([])
    absent = {f.type for f in healthy.findings}
    assert {"nodule", "mass", "consolidation", "pleural_effusion", "pneumothorax"} <= absent
    assert all(f.presence == "absent" for f in healthy.findings)
    report, reading = one(category="2e", site="right lung")
    assert "pleural_effusion" not in {f.type for f in reading.findings if f.presence == "absent"}
    assert "not detected." in report.text


def test_no_placed_finding_in_a_healthy_report():
    report, reading = write_report([])
    assert not [f for f in reading.findings if f.presence == "present"]
    assert "observed in" not in report.text


@pytest.mark.parametrize("spec", list(all_specs())[::7], ids=lambda s: f"{s.category}-{s.site}")
def test_types_and_codes_are_those_of_the_vocabulary(spec):
    kind = findings().types[spec.drawn_type]
    assert kind.code == spec.category


def test_paths_are_those_of_the_vocabulary():
    known = {path for structure in anatomy().structures.values() for path in structure.paths}
    _, reading = write_report([Placed(spec, 12) for spec in all_specs()])
    said = {path for thing in (*reading.sentences, *reading.findings) for path in thing.anatomy}
    assert said <= known


def test_many_are_counted():
    report, reading = one(category="2d", site="lung", count=3)
    assert "Three solid nodules, the largest 12 mm in diameter" in report.text
    assert reading.findings[0].count == 3
    assert site_words("lung") == "both lungs"


def varied(wording, misspelling_rate=0.0, enhanced=False):
    specs = list(all_specs())
    style = ReportStyle(wording=wording, misspelling_rate=misspelling_rate)
    for seed in range(24):
        own = specs[seed::24]
        yield write_report(
            [Placed(spec, 12 + n) for n, spec in enumerate(own)],
            style,
            seed=seed,
            extras=("coronary calcification", "pacemaker", "lymph node calcification"),
            enhanced=enhanced,
        )


@pytest.mark.parametrize("wording", ["translated", "american"])
def test_registers_vary_and_their_truth_stands_in_the_text(wording):
    texts, changes, remarks = set(), set(), 0
    for report, reading in varied(wording, 0.5):
        texts.add(report.text)
        for finding in reading.findings:
            own = reading.sentences[finding.sentence_indices[0]]
            assert own.span.contains(finding.span)
            for part in (*finding.measurements, *finding.remarks):
                assert own.span.contains(part.span)
            for measurement in finding.measurements:
                number, unit = measurement.span.of(report.text).split()
                assert float(number) * (10 if unit == "cm" else 1) == pytest.approx(
                    measurement.values_mm[0]
                )
            changes.add(finding.change)
            remarks += len(finding.remarks)
            assert finding.refers_to_prior == (finding.change is not None)
    assert len(texts) == 24
    assert changes == {None, "stable", "new", "increased", "decreased"}
    assert remarks > 20


def test_misspellings_come_at_the_rate_asked_for():
    style = ReportStyle(wording="translated", misspelling_rate=0.5)
    words = {"observed", "detected", "examination", "natural"}

    def faults(style):
        texts = [write_report([], style, seed=seed)[0].text for seed in range(10)]
        said = [word.strip(".,") for text in texts for word in text.split()]
        return sum(sorted(w) in map(sorted, words) and w not in words for w in said)

    assert faults(style) > 5
    assert faults(ReportStyle(wording="translated")) == 0


def test_calcium_and_devices_are_told_and_contrast_is_said():
    report, reading = next(varied("american", enhanced=True))
    own = {f.finding_id: f.type for f in reading.findings if f.finding_id.startswith("e")}
    assert own == {"e0": "coronary_calcification", "e1": "device_pacemaker"}
    assert "with intravenous contrast" in report.text
    known = {path for structure in anatomy().structures.values() for path in structure.paths}
    assert {path for f in reading.findings for path in f.anatomy} <= known
