"""The words that the page and the contact sheet use for the record's values."""

from __future__ import annotations

from groundct.core.record import Grounded, Grounding, Region
from groundct.core.report import Finding, MeasurementForm, Presence, SectionName

PRESENCE_SIGN: dict[Presence, str] = {"present": "+", "absent": "−", "uncertain": "?"}

SECTION_TITLE: dict[SectionName, str] = {
    "clinical_information": "Clinical information",
    "technique": "Technique",
    "findings": "Findings",
    "impression": "Impression",
    "other": "Other",
}

_FORM_SIGN: dict[MeasurementForm, str] = {
    "exact": "",
    "range": "",
    "about": "≈ ",
    "up_to": "≤ ",
    "at_least": "≥ ",
}

REASON = {
    "absent": "the report denies it",
    "whole_scan": "it names no place",
    "not_segmented": "no mask answers for the place",
    "no_candidate": "looked for, nothing found",
    "outside_scan": "the place is not in view",
    "no_volume": "the case has no volume",
}

METHOD = {
    "organ": "organ mask",
    "site": "place named by the text",
    "candidate": "candidate mask by rule",
    "published": "published mask",
}


def site_words(finding: Finding) -> str:
    """Where a finding is said to be, in a few words; empty when the text does not say."""
    places = list(finding.lung_segments) or [path.split("/")[-1] for path in finding.anatomy]
    if finding.laterality and not any(finding.laterality in place for place in places):
        places.append(finding.laterality)
    return ", ".join(dict.fromkeys(places))


def size_words(finding: Finding) -> str:
    """The sizes that the text gives, in mm: "28 × 17 mm", "12–15 mm", "≤ 6 mm", "≈ 30 mm"."""
    return ", ".join(
        _FORM_SIGN[m.form]
        + ("–" if m.form == "range" else " × ").join(f"{v:g}" for v in m.values_mm)
        + " mm"
        for m in finding.measurements
    )


def region_words(region: Region) -> str:
    """What was measured of a region: volume, longest axial diameter, mean HU."""
    words = [
        f"{region.volume_ml:.1f} ml"
        if region.volume_ml >= 0.1
        else f"{region.volume_ml * 1000:.0f} mm³"
    ]
    if region.kind == "finding" and region.longest_axial_diameter_mm is not None:
        words.append(f"{region.longest_axial_diameter_mm:.1f} mm longest axial")
    if region.mean_hu is not None:
        words.append(f"mean {region.mean_hu:.0f} HU")
    return " · ".join(words)


def region_name(region: Region) -> str:
    """A region's name with its instance number, and "approximate" where a rule drew its border."""
    name = region.name.replace("_", " ")
    if region.instance is not None:
        name = f"{name} {region.instance}"
    return f"{name} (approximate)" if region.approximate else name


def grounding_words(grounding: Grounding | None) -> str:
    """How something is tied to voxels, or why it is not."""
    if grounding is None:
        return "not annotated"
    if isinstance(grounding, Grounded):
        return f"{METHOD[grounding.method]}, confidence {grounding.confidence:.2f}"
    return f"not groundable: {REASON[grounding.reason]}"
