"""Whether a mention is there, denied or left open, today or in an earlier examination."""
