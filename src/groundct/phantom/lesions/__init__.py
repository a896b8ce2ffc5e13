"""Findings that can be drawn into the synthetic lungs, each with its exact mask."""
