"""A seeded synthetic thorax with its truth: volume, organs, findings, report, reading."""
