"""Report -> Sentence[] and Finding[]; one file an extractor."""
