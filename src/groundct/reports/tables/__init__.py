"""Tables out of many reports: sentences, findings, labels, RadGenome's region reports."""
