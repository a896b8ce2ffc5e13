"""Pure functions of voxels that higher floors share: resampling, components, distances, shapes."""
