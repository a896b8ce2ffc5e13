"""Parts of the ``rules`` extractor, pure functions of text and vocabulary."""
