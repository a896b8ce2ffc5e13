"""Where a finding lies: sites, sides, paths of the anatomy, neighbours, regions."""
