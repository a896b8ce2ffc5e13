"""Releases: records, masks and tables as one checked folder.

Start: ``write``, ``read``, ``verify``. ``docs/format.md`` is the folder's normative description.
"""
