"""Masks that others made: their names, their grids, and the processes that make them."""
