"""Questions in RadGenome's forms, each answer derived from the record. Start: ``write``."""
