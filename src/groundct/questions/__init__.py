"""Record -> Question[]."""
