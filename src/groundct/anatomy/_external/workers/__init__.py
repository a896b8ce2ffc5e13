"""Scripts that run in the Python of a tool's own environment; never imported here."""
