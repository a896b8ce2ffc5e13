"""Fissures, lobes, segments and hila."""
