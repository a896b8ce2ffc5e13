"""Digests of inputs follow the content, and files are read again only when they changed."""

from __future__ import annotations

import os

import pytest

from groundct.core.case import DicomSeries, NiftiVolume
from groundct.core.value import digest_bytes
from groundct.pipeline.contents import Contents


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "scan.nii.gz"
    path.write_bytes(b"one")
    os.utime(path, ns=(1, 1))
    return path


def rewritten(path, content):
    """Change the bytes and neither size nor time of change."""
    path.write_bytes(content)
    os.utime(path, ns=(1, 1))


def test_an_unchanged_file_is_not_read_again(file, tmp_path):
    first = Contents(tmp_path / "ledger.sqlite").of_volume(NiftiVolume(path=file))
    rewritten(file, b"two")
    assert Contents(tmp_path / "ledger.sqlite").of_volume(NiftiVolume(path=file)) == first


def test_recheck_reads_it_again(file, tmp_path):
    first = Contents(tmp_path / "ledger.sqlite").of_file(file)
    rewritten(file, b"two")
    again = Contents(tmp_path / "ledger.sqlite", recheck=True).of_file(file)
    assert again == digest_bytes(b"two") != first
    assert Contents(tmp_path / "ledger.sqlite").of_file(file) == again


def test_a_file_of_another_size_or_time_is_read_again(file, tmp_path):
    contents = Contents(tmp_path / "ledger.sqlite")
    contents.of_file(file)
    file.write_bytes(b"longer")
    assert contents.of_file(file) == digest_bytes(b"longer")


def test_what_cannot_be_read_says_so_and_is_not_kept(tmp_path):
    contents = Contents(tmp_path / "ledger.sqlite")
    missing = tmp_path / "gone.nii.gz"
    assert contents.of_file(missing).startswith("unreadable")
    missing.write_bytes(b"here")
    assert contents.of_file(missing) == digest_bytes(b"here")


def test_a_series_follows_each_of_its_files(tmp_path):
    paths = [tmp_path / name for name in ("a.dcm", "b.dcm")]
    for path in paths:
        path.write_bytes(path.name.encode())
    series = DicomSeries(series_uid="1.2", files=tuple(paths))
    contents = Contents(tmp_path / "ledger.sqlite")
    first = contents.of_volume(series)
    paths[1].write_bytes(b"another")
    assert contents.of_volume(series) != first
