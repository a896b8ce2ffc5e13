"""Found by another Python through PYTHONPATH; never imported here."""
