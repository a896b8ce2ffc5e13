"""Strong models in their own environments, with small random weights in their own formats."""
