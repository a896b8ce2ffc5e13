"""Finding x Volume x LabelMap -> Region[]; one file a finding segmenter."""
