"""Debian's Chromium, rendering in software, on pages of the made case."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "review"))

CHROMIUM = "/usr/bin/chromium"
SOFTWARE_RENDERING = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
)


@pytest.fixture(scope="session")
def playwright() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright) -> Iterator[object]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(SOFTWARE_RENDERING))
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def chromium_without_webgl(playwright) -> Iterator[object]:
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=["--no-sandbox", "--disable-3d-apis"]
    )
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def case_file(tmp_path_factory) -> Path:
    from made_case import made_view

    from groundct.review.case_page import write_case_page

    path = tmp_path_factory.mktemp("page") / "page.html"
    write_case_page(path, made_view())
    return path
