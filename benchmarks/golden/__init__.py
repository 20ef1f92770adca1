"""Precision and recall of the dynamic suite on sample apps whose behaviour is known."""
