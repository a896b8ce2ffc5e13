"""Organs of the upper abdomen."""
