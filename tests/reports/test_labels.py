"""CT-RATE's 18 labels of what was read: by type, presence and the readers' convention."""

from __future__ import annotations

import pytest

from groundct.core.report import report_of_columns
from groundct.reports.labels import labels_of
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.findings import findings


def labels(text: str) -> set[str]:
    said = labels_of(PLUGIN.extract(report_of_columns([("findings", text)])))
    assert tuple(said) == findings().labels
    return {label for label, value in said.items() if value}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("There is no pleural effusion.", set()),
        ("Small nodule in the right lung.", {"Lung nodule"}),
        ("Nodule? in the right lung.", set()),
        ("Ground-glass nodule in the right lung.", {"Lung nodule"}),
        ("Solid lesion in the right lung.", set()),
        ("Nodule in the left thyroid lobe.", set()),
        ("Ground-glass opacities in both lungs.", {"Lung opacity"}),
        ("Linear density increase in the left lower lobe.", {"Lung opacity"}),
        ("Density increases consistent with consolidation in the left lung.", {"Consolidation"}),
        ("Crazy paving in the right lung.", set()),
        ("Bronchial wall thickening in both lungs.", set()),
        ("Peribronchial thickening in both lungs.", {"Peribronchial thickening"}),
        ("Lymph nodes below pathological size in the mediastinum.", {"Lymphadenopathy"}),
        ("Lymph node? in the mediastinum.", set()),
        ("Possible atelectasis in the left lower lobe.", {"Atelectasis"}),
        ("Atherosclerosis.", set()),
        (
            "Calcified plaques in the aorta and the coronary arteries.",
            {"Arterial wall calcification", "Coronary artery wall calcification"},
        ),
        ("Air trapping in both lower lobes.", set()),
        ("Sequelae changes in the left kidney.", set()),
        ("Sequelae changes in both lungs.", {"Pulmonary fibrotic sequela"}),
        ("Subcutaneous emphysema on the left.", set()),
        ("Coronary stent and sternal wires.", {"Medical material"}),
        ("Peritoneal implants in the abdomen.", set()),
    ],
)
def test_labels_of_a_text(text: str, wanted: set[str]) -> None:
    assert labels(text) == wanted


def test_all_labels_can_be_set() -> None:
    settable = {label for kind in findings().types.values() for label in kind.labels}
    assert settable == set(findings().labels)
