"""The body, its wall and breasts."""
