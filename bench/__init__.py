"""Benchmarks of speed, memory and quality; documents quote numbers from here alone."""
