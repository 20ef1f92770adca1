"""The version of the dynamic suite, apart from it: who reads apps needs to know the version and nothing else."""

ENGINE = "dynamic-7"
"""A change of what a run finds changes it, and with it every result key."""
