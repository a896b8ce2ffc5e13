"""The sub-commands of ``groundct evaluate``, a file each."""
