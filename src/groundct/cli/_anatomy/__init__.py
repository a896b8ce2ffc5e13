"""What ``groundct anatomy`` shows: the facts of a structure, the tree, the page."""
