"""The vocabulary of one inspection; standard library only."""
