"""Parts of ``llm`` and ``hybrid``: the way to a server, and the checks of its answers."""
