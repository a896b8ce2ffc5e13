"""Volume -> LabelMap; one file a segmenter."""
