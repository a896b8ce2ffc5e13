"""Sentences and findings in American radiology English."""
