"""Thin commands."""

import os

# Products of matrices are small here: OpenBLAS' threads would mostly wait for one another, busily.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
