"""A synthetic thorax with its truth."""
