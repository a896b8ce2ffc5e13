"""The lungs, airless parts included, their border and their vessels."""
