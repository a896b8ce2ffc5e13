"""Which findings a sentence mentions, and what places are tied to each."""
