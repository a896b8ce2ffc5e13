"""Anatomy tree, finding ontology, labels and lexicons: data files and their loaders."""
