"""Any region leads to report characters and back."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundct.release.tracing import (
    characters_of_region,
    regions_of_characters,
    untraced_regions,
)


def test_region_to_characters_and_back(record):
    text = record.report.text
    spans = characters_of_region(record, "f1.1")
    assert [span.of(text) for span in spans] == ["5 mm nodule in the right lung.", "nodule"]
    for region in record.regions:
        found = characters_of_region(record, region.region_id)
        assert found
        for span in found:
            assert region.region_id in regions_of_characters(record, span.start, span.end)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 49), st.integers(1, 50))
def test_both_directions_agree_at_every_place(record, start, length):
    end = min(start + length, len(record.report.text))
    found = set(regions_of_characters(record, start, end))
    for region in record.regions:
        touched = any(
            span.start < end and start < span.end
            for span in characters_of_region(record, region.region_id)
        )
        assert touched == (region.region_id in found)


def test_denied_words_lead_nowhere(record):
    start = record.report.text.index("No pleural")
    assert regions_of_characters(record, start, len(record.report.text)) == ()


def test_finding_and_sentence_ids_are_not_mixed_up(record):
    """A finding that is called like a sentence's index has its own words, not the sentence's."""
    groundings = tuple(
        g.model_copy(update={"target_id": "1"}) if g.target_id == "0" else g
        for g in record.groundings
    )
    changed = record.model_copy(update={"groundings": groundings})
    words = [s.of(record.report.text) for s in characters_of_region(changed, "organ:right lung")]
    assert words == ["nodule", "No pleural effusion."]


def test_unknown_region_and_impossible_characters_are_refused(record):
    with pytest.raises(KeyError):
        characters_of_region(record, "f9.9")
    for start, end in ((5, 5), (-1, 3), (0, 10_000)):
        with pytest.raises(ValueError, match=r"span"):
            regions_of_characters(record, start, end)


def test_region_that_nothing_leads_to_is_told(record):
    assert untraced_regions(record) == ()
    nodule = record.regions[1].model_copy(update={"finding_id": None})
    loose = record.model_copy(
        update={"regions": (record.regions[0], nodule), "groundings": record.groundings[1:2]}
    )
    assert untraced_regions(loose) == ("f1.1",)


def test_places_around_a_finding_belong_to_its_words(record):
    lung = record.regions[0]
    segment = "right lung upper lobe apical segment"
    site = lung.model_copy(update={"region_id": "s", "kind": "site", "name": segment})
    other = site.model_copy(update={"region_id": "o", "name": "left lung upper lobe"})
    finding = record.reading.findings[0].model_copy(update={"lung_segments": (segment,)})
    reading = record.reading.model_copy(update={"findings": (finding, record.reading.findings[1])})
    changed = record.model_copy(
        update={"regions": (*record.regions, site, other), "reading": reading}
    )
    words = [span.of(record.report.text) for span in characters_of_region(changed, "s")]
    assert words == ["nodule"]
    assert untraced_regions(changed) == ("o",)


def test_denied_finding_leads_to_no_place(record):
    site = record.regions[0].model_copy(
        update={"region_id": "site:pleura", "kind": "site", "name": "pleura"}
    )
    changed = record.model_copy(update={"regions": (*record.regions, site)})
    assert untraced_regions(changed) == ("site:pleura",)
