"""Apps that attack what runs them: the worker lives, the outcome is right, nothing gets out."""
