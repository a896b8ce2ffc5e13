"""Only the launcher, for commands that are started with it."""
