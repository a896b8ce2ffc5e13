"""Records -> release: tables, masks, manifest, checks, exports."""
