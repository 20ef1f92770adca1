"""The static suite: facts from an APK's bytes."""
