"""What the sentences of a report say together: carried over, in lists, joined, amended."""
