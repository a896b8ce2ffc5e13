"""A dataset on disk -> Case[]; one file a format."""

from groundct.sources._inspect import detect_source, inspect_corpus, load_source

__all__ = ["detect_source", "inspect_corpus", "load_source"]
