"""Stands in for VoxTell."""
