"""The phases of a run, one module each: a function that takes the run and its share of the time."""
