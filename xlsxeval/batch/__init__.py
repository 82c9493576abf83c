"""Many files at once: which ones, in which processes, and what is remembered of them."""
