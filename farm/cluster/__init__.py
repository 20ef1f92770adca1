"""Where chunks are executed: a Ray cluster, or this process."""
