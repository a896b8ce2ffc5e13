"""Stages, ledger and engine: where and when the arrows of the data run."""
