"""Scripts for other Pythons; nothing here is imported by groundct."""
