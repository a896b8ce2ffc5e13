"""The index lists the cases with their pages and says what was set aside."""

from __future__ import annotations

import pytest

from groundct.core.issues import Issue
from groundct.pipeline.workspace import Workspace
from groundct.review.index_page import write_index_page

ASIDE = Issue(
    code="file-truncated",
    where="scan <7>.nii.gz",
    what="The file ends after 12 bytes.",
    remedy="Copy it again.",
    case_id="case_7",
)


@pytest.fixture
def space(tmp_path, view):
    made = Workspace(tmp_path)
    made.case_path(view.record.case_id).mkdir(parents=True)
    made.page_path(view.record.case_id).write_text("page")
    made.sheet_path(view.record.case_id).write_bytes(b"")
    return made


def test_cases_are_linked_and_counted(space, view):
    write_index_page(space.index_path, [view.record])
    html = space.index_path.read_text()
    assert f'href="cases/{view.record.case_id}/page.html"' in html
    assert f'src="cases/{view.record.case_id}/sheet.png"' in html
    assert "1 built, 0 set aside" in html
    assert "2<br><small>1 absent</small>" in html
    assert "The &lt;heart&gt; is on neither side." in html
    assert "http:" not in html and "https:" not in html and "<script" not in html


def test_pages_that_are_not_there_are_not_linked(space, view):
    other = view.record.model_copy(update={"case_id": "no page"})
    write_index_page(space.index_path, [other])
    html = space.index_path.read_text()
    assert "<b>no page</b>" in html
    assert "href" not in html and "src=" not in html


def test_set_aside_cases_stand_with_their_reason(space, view):
    corpus = ASIDE.model_copy(update={"case_id": None, "what": "Two tables.", "code": "two"})
    write_index_page(space.index_path, [view.record], [ASIDE, corpus])
    html = space.index_path.read_text()
    assert "1 built, 1 set aside" in html
    assert html.index("the corpus") < html.index("case_7")
    assert "scan &lt;7&gt;.nii.gz" in html
    assert "Copy it again." in html


def test_a_workspace_without_cases_has_an_index(tmp_path):
    write_index_page(tmp_path / "index.html", [])
    assert "No case was built." in (tmp_path / "index.html").read_text()
