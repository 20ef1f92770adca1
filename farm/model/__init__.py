"""The farm's vocabulary: values, states, errors; standard library and workers.model only."""
