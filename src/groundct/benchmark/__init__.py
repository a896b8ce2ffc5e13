"""Scores of predictions against references: one frozen result a task."""
