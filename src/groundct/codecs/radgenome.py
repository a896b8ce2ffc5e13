"""RadGenome-Chest CT on disk: six tables a split, and one folder of binary masks a volume.

Layout: ``radgenome_files/{train,validation,test}_<table>.csv`` (the dataset itself has no test
split; ours is written in the same form), organ masks in
``<split>_anatomy_mask/seg_<volume>/<structure>.nii.gz`` and composite regions in
``<split>_region_mask/seg_<volume>/<region>.nii.gz``. An empty mask file says "looked for, nothing
there"; a missing one says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, get_args

from groundct.codecs.nifti import write_nifti_labels
from groundct.codecs.tables import read_csv_table, write_csv_table
from groundct.core.case import PublishedRow
from groundct.core.paths import AnyPath
from groundct.core.value import Value
from groundct.core.volume import LabelMap
from groundct.vocabulary.anatomy import anatomy

TableName = Literal[
    "region_report",
    "case_disorders",
    "vqa_abnormality",
    "vqa_presence",
    "vqa_location",
    "vqa_size",
]
TableSplit = Literal["train", "validation", "test"]

VOLUME_COLUMN: Final = "Volumename"
COLUMNS: Final[Mapping[TableName, tuple[str, ...]]] = {
    "region_report": ("Anatomy", "Sentence"),
    "case_disorders": ("Disorders",),
    "vqa_abnormality": ("Anatomy", "Abnormality"),
    "vqa_presence": ("Anatomy", "Finding", "Presence"),
    "vqa_location": ("Anatomy", "Abnormality"),
    "vqa_size": ("Anatomy", "Abnormality", "Size"),
}
"""The columns of each table after the volume's name, in the order of the published files."""

TABLES_FOLDER: Final = "radgenome_files"
_FOLDER_SPLIT: Final[Mapping[TableSplit, str]] = {
    "train": "train",
    "validation": "valid",
    "test": "test",
}


class RadGenomeCase(Value):
    """What RadGenome's layout holds of a case: its rows in order, and its mask names, sorted."""

    case_id: str
    split: TableSplit
    rows: tuple[PublishedRow, ...] = ()
    organ_names: tuple[str, ...] = ()
    region_names: tuple[str, ...] = ()


def table_path(root: Path, split: TableSplit, table: TableName) -> Path:
    """Where a table stands below the dataset's folder."""
    return root / TABLES_FOLDER / f"{split}_{table}.csv"


def mask_folder(
    root: Path, split: TableSplit, case_id: str, kind: Literal["anatomy", "region"]
) -> Path:
    """Where the masks of a case stand below the dataset's folder."""
    return root / f"{_FOLDER_SPLIT[split]}_{kind}_mask" / f"seg_{case_id}"


def write_masks(
    folder: AnyPath, labels: LabelMap, names: Iterable[str], *, identity_affine: bool = False
) -> tuple[Path, ...]:
    """Write ``<name>.nii.gz``, binary, on the stored grid, for each name; a union is one file.

    Raises NotSegmentedError for a name that the label map does not answer for.
    """
    folder = Path(folder)
    paths = []
    for name in names:
        paths.append(folder / f"{name}.nii.gz")
        write_nifti_labels(
            paths[-1], labels.mask(name), labels.stored, identity_affine=identity_affine
        )
    return tuple(paths)


def table_of_file(path: Path) -> tuple[TableSplit, TableName] | None:
    """The split and table that a file's name states, or None for any other file."""
    for split in get_args(TableSplit):
        for table in get_args(TableName):
            if path.name == f"{split}_{table}.csv":
                return split, table
    return None


def read_table(path: AnyPath, table: TableName) -> tuple[tuple[str, PublishedRow], ...]:
    """The rows of one table as (volume's name as written, row); raises TableError.

    Columns beside the published ones are left out.
    """
    path = Path(path)
    columns = COLUMNS[table]
    known: dict[tuple[str, ...], PublishedRow] = {}
    read = []
    for row in read_csv_table(path, required=(VOLUME_COLUMN, *columns), inert_cells=True):
        values = tuple(row[column] for column in columns)
        # Volumes share most of their rows; one value for all of them saves time and memory.
        if values not in known:
            known[values] = PublishedRow(table=table, values=values)
        read.append((row[VOLUME_COLUMN], known[values]))
    return tuple(read)


@lru_cache(maxsize=1 << 12)
def anatomy_cells(regions: tuple[str, ...], paths: tuple[str, ...]) -> tuple[str, ...]:
    """The Anatomy cells of a sentence: its paths, and its regions that have no path among them.

    A sentence on the whole scan has one empty cell.
    """
    tree = anatomy()
    covered = {tree.top_region(path) for path in paths}
    rest = []
    for region in regions:
        if region not in covered:
            repeated = f"{region}/{region}"
            rest.append(repeated if tree.is_path(repeated) else region)
    return (*paths, *rest) or ("",)


def write_tables(root: AnyPath, cases: Iterable[RadGenomeCase]) -> tuple[Path, ...]:
    """Write all six tables of every split that has cases; a table without rows has headings only.

    Rows stand in the order of the cases and of each case's rows; names end in ``.nii.gz``.
    """
    root = Path(root)
    by_split: dict[TableSplit, list[RadGenomeCase]] = {}
    for case in cases:
        by_split.setdefault(case.split, []).append(case)
    written = []
    for split, members in sorted(by_split.items()):
        for table, columns in COLUMNS.items():
            path = table_path(root, split, table)
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = (
                dict(
                    zip(
                        (VOLUME_COLUMN, *columns),
                        (f"{case.case_id}.nii.gz", *row.values),
                        strict=True,
                    )
                )
                for case in members
                for row in case.rows
                if row.table == table
            )
            write_csv_table(path, (VOLUME_COLUMN, *columns), rows, inert_cells=True)
            written.append(path)
    return tuple(written)
