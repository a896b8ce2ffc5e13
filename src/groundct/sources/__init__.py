"""A dataset on disk -> Case[]; one file a format."""
