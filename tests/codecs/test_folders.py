"""Links to folders are followed, and circles of links end."""

from __future__ import annotations

from groundct.codecs.folders import walk_folders


def listed(root):
    return [str(here.relative_to(root) / f) for here, _, files in walk_folders(root) for f in files]


def test_a_linked_folder_is_walked(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "a.dcm").touch()
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "scan").symlink_to(tmp_path / "far")
    assert listed(tmp_path / "here") == ["scan/a.dcm"]


def test_a_circle_of_links_ends_and_a_folder_counts_once(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.nii").touch()
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert listed(tmp_path) == ["a/x.nii"]


def test_folders_can_be_left_out(tmp_path):
    (tmp_path / "seg").mkdir()
    (tmp_path / "seg" / "lung.nii").touch()
    visited = []
    for here, names, _ in walk_folders(tmp_path):
        visited.append(here)
        names.clear()
    assert visited == [tmp_path]
