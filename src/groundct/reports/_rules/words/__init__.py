"""A text as sentences, words and the vocabulary entries that were found in them."""
