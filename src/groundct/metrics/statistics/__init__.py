"""Intervals by resampling patients, paired tests, multiplicity and ranks."""
