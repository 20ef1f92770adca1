"""What other engines take for the same APKs: each in a process of its own, beside ours."""
