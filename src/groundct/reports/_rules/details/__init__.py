"""What else is said of a finding: sizes, number, change, looks, guesses and advice."""
