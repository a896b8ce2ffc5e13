"""Parts of the vocabulary page."""
