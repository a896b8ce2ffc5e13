"""The steps of the embedded segmenter ``hu``, in the order in which they run."""
