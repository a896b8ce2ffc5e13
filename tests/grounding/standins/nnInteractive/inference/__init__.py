"""Stands in for nnInteractive."""  # noqa: N999 - its name
