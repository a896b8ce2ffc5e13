"""Mutated inputs at random, seeded: ``python -m fuzz``. See ``docs/how-to/long-checks.md``."""
