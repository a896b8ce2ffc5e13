"""Scores of generated texts against references, each under the convention of a public tool."""
