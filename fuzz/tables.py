"""Tables of changed or random bytes: refused, or read as Python's csv reads them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from fuzz._laws import changed_bytes, refused, require
from groundct.codecs.tables import read_csv_headings, read_csv_table, write_csv_table
from groundct.core.issues import TableError

PIECES = (
    "VolumeName", "Findings_EN", "a", "b", ",", ",", ",", ";", "\t", "\n", "\n", "\r\n", "\r", '"',
    '""', '"x, y"', '"x\ny"', "\ufeff", "ğüş", "\x00",
    "\x0b", "\u2028", "\x85", " ", "case_1.nii.gz",
)  # fmt: skip
SOUND = 'VolumeName,Findings_EN\nv_1.nii.gz,"No nodule, no effusion."\nv_2.nii.gz,"Two\nlines"\n'


def attempt(rng: np.random.Generator, folder: Path) -> str:
    """Write one table and read it with both; the outcome."""
    path = folder / ("t.tsv" if rng.random() < 0.2 else "t.csv")
    match int(rng.integers(4)):
        case 0:
            data = changed_bytes(rng, SOUND.encode())
        case 1:
            data = rng.bytes(int(rng.integers(200)))
        case 2:
            data = "".join(rng.choice(PIECES, int(rng.integers(60)))).encode("utf-8")
        case _:
            encoding = str(rng.choice(["utf-8", "utf-8-sig", "cp1254"]))
            data = _regular(rng).encode(encoding, errors="replace")
    path.write_bytes(data)
    try:
        rows = read_csv_table(path)
    except TableError as error:
        return refused(error, TableError, path.name)
    names = list(read_csv_headings(path))
    found = (names, [list(row.values()) for row in rows])
    text = path.read_bytes().decode("utf-8-sig")
    if path.suffix == ".tsv":
        require(found == _by_python(text, "\t"), f"not what Python reads: {found}")
    else:
        either = (_by_python(text, ","), _by_python(text, ";"))
        require(found in either, f"not what Python reads: {found}, {either}")
    require(all(list(row) == names for row in rows), f"headings other than {names}")
    again = path.with_name("again" + path.suffix)
    write_csv_table(again, names, rows)
    require(read_csv_table(again) == rows, "rows that are written come back otherwise")
    return "accepted"


def _regular(rng: np.random.Generator) -> str:
    """A table of quoted cells with all rows alike, from pieces."""
    width = int(rng.integers(1, 4))
    pieces = [piece for piece in PIECES if piece != "\x00"]
    cells = ["".join(rng.choice(pieces, int(rng.integers(4)))) for _ in range(width * 3)]
    rows = [[f"h{n}" for n in range(width)], *(cells[n::3] for n in range(3))]
    end = str(rng.choice(["\n", "\r\n", "\r"]))
    return "".join(
        ",".join('"' + cell.replace('"', '""') + '"' for cell in row) + end for row in rows
    )


def _by_python(text: str, delimiter: str) -> tuple[list[str], list[list[str]]]:
    found = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    # Nameless: the index of pandas, and columns that hold nothing.
    named = [n for n, name in enumerate(found[0]) if name.strip()]
    rows = [[row[n] for n in named if n < len(row)] for row in found[1:]]
    return [found[0][n].strip() for n in named], rows
