"""Several results of one task beside one another: ranks with their uncertainty."""
