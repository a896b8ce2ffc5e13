"""Where the fields of NIfTI-1 and NIfTI-2 headers stand, and the data types that are read.

Source: the standard's ``nifti1.h`` and ``nifti2.h``.
"""

from __future__ import annotations

import numpy as np

NIFTI1 = np.dtype(
    [
        ("sizeof_hdr", "<i4"),
        ("unused1", "V35"),
        ("dim_info", "u1"),
        ("dim", "<i2", 8),
        ("intent_p", "<f4", 3),
        ("intent_code", "<i2"),
        ("datatype", "<i2"),
        ("bitpix", "<i2"),
        ("slice_start", "<i2"),
        ("pixdim", "<f4", 8),
        ("vox_offset", "<f4"),
        ("scl_slope", "<f4"),
        ("scl_inter", "<f4"),
        ("slice_end", "<i2"),
        ("slice_code", "u1"),
        ("xyzt_units", "u1"),
        ("cal", "<f4", 2),
        ("timing", "<f4", 2),
        ("unused2", "<i4", 2),
        ("descrip", "V80"),
        ("aux_file", "V24"),
        ("qform_code", "<i2"),
        ("sform_code", "<i2"),
        ("quatern", "<f4", 3),
        ("qoffset", "<f4", 3),
        ("srow", "<f4", (3, 4)),
        ("intent_name", "V16"),
        ("magic", "V4"),
    ]
)
NIFTI2 = np.dtype(
    [
        ("sizeof_hdr", "<i4"),
        ("magic", "V8"),
        ("datatype", "<i2"),
        ("bitpix", "<i2"),
        ("dim", "<i8", 8),
        ("intent_p", "<f8", 3),
        ("pixdim", "<f8", 8),
        ("vox_offset", "<i8"),
        ("scl_slope", "<f8"),
        ("scl_inter", "<f8"),
        ("cal", "<f8", 2),
        ("timing", "<f8", 2),
        ("slice_start", "<i8"),
        ("slice_end", "<i8"),
        ("descrip", "V80"),
        ("aux_file", "V24"),
        ("qform_code", "<i4"),
        ("sform_code", "<i4"),
        ("quatern", "<f8", 3),
        ("qoffset", "<f8", 3),
        ("srow", "<f8", (3, 4)),
        ("slice_code", "<i4"),
        ("xyzt_units", "<i4"),
        ("intent_code", "<i4"),
        ("intent_name", "V16"),
        ("dim_info", "u1"),
        ("unused", "V15"),
    ]
)
LAYOUTS = {1: NIFTI1, 2: NIFTI2}
MAGIC = {1: b"n+1\0", 2: b"n+2\0\r\n\x1a\n"}
PAIR_MAGIC = {1: b"ni1\0", 2: b"ni2\0\r\n\x1a\n"}

DTYPES = {
    2: "u1",
    4: "i2",
    8: "i4",
    16: "f4",
    64: "f8",
    256: "i1",
    512: "u2",
    768: "u4",
    1024: "i8",
    1280: "u8",
}
"""Codes of the types that are read, and numpy's names for them."""

DATATYPE_CODES = {name: code for code, name in DTYPES.items()}

REFUSED_TYPES = {
    1: "binary",
    32: "complex64",
    128: "RGB",
    1536: "float128",
    1792: "complex128",
    2048: "complex256",
    2304: "RGBA",
}

UNITS = {0: "unknown", 1: "metre", 2: "mm", 3: "micrometre"}
