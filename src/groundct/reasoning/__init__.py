"""Reasoning traces: from the whole scan to a finding, step by step. Start: ``trace``."""
