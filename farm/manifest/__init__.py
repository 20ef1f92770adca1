"""Read any list of objects and freeze it into one sorted, immutable manifest."""
