"""A model that reads as the rules do gives the rules' reading: nothing is lost on the way."""

from __future__ import annotations

import pytest
from tests.reports.llm.same import plain

from groundct.core.report import Reading, report_of_columns
from groundct.reports.hybrid import HybridExtractor
from groundct.reports.llm import LlmExtractor
from groundct.reports.rules import PLUGIN as RULES

FINDINGS = """
The trachea and both main bronchi are open. Heart size is normal; no pericardial effusion.
A 12 x 9 mm spiculated nodule is seen in the apical segment of the right upper lobe. It measured
8 mm in the previous examination. Several calcified nodules in both lungs, up to 4 mm.
No pleural effusion or thickening on the left. Small right pleural effusion, 15 mm thick.
Consolidation in the left lower lobe and ground-glass opacities in the right middle lobe, probably
infectious. Enlarged lymph nodes, short axis 14 mm, in the mediastinum. Follow-up is recommended.
Old fractures of the left 4th through 6th ribs. Compression fracture of T12.
There is a cyst in the left kidney. The liver and spleen are unremarkable. Possible pneumonia?
Atelectasis, which was observed before, is no longer seen. The described nodule is stable.
"""
IMPRESSION = """
1. Spiculated nodule in the right upper lobe, 12 mm.
2. Pleural effusion on the right.
3. No pneumothorax.
"""
TURKISH = """
Sağ akciğer üst lobda 5 mm çapında nodül izlendi. Plevral efüzyon saptanmadı.
Sol akciğer alt lobda konsolidasyon mevcuttur. Kalp boyutları normaldir.
"""


@pytest.mark.parametrize("size", [40, 3, 1])
def test_llm(size, server, settings_of) -> None:
    report = report_of_columns([("findings", FINDINGS), ("impression", IMPRESSION)])
    read = LlmExtractor(settings_of(sentences_per_call=size)).extract(report)
    expected = RULES.extract(report)
    assert read.sentences == expected.sentences
    assert len(expected.findings) > 15
    assert plain(read) == plain(expected)
    assert [f.finding_id for f in read.findings] == [f.finding_id for f in expected.findings]


def test_hybrid(server, settings_of) -> None:
    report = report_of_columns([("findings", FINDINGS), ("impression", IMPRESSION)])
    assert plain(HybridExtractor(settings_of()).extract(report)) == plain(RULES.extract(report))


def test_turkish(server, settings_of) -> None:
    report = report_of_columns([("findings", TURKISH)], language="tr")
    read = LlmExtractor(settings_of()).extract(report)
    assert plain(read) == plain(RULES.extract(report))
    assert len(read.findings) >= 3


def test_who_read_a_finding_is_told(server, settings_of) -> None:
    report = report_of_columns([("findings", FINDINGS)])

    def readers(reading: Reading) -> set[str]:
        return {cue.role for f in reading.findings for cue in f.cues if cue.entry == "llm"}

    assert readers(LlmExtractor(settings_of()).extract(report)) == {"model"}
    assert readers(RULES.extract(report)) == set()
