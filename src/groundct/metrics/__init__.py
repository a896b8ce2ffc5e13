"""Pure functions of arrays and texts."""
