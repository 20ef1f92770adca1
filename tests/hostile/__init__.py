"""Files that are made to break whoever reads them; `python -m tests.hostile` tries them all."""
