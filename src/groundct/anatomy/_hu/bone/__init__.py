"""Spine, ribs and the other bones, by number and side."""
