"""Trachea, bronchi and the airway tree."""
