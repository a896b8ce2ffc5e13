"""Plots as inline SVG: no library, no script, colours by the page's style."""
