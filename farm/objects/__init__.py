"""Object stores: S3 and a folder, behind one protocol."""
