"""Finding segmenters that run in environments of their own; voxels go out and back as arrays."""
