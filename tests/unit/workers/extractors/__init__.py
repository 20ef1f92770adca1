"""Each extractor over a small app made by hand."""
