"""What the dynamic suite reaches and costs on a folder of real APKs."""
