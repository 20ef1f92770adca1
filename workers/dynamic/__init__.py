"""The dynamic suite: what an app does when it runs, told without judgement."""
