"""Heart, great vessels, oesophagus, thyroid and what lies between the lungs."""
