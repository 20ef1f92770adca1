"""Hostile bytes to tables: zip, manifest, DEX, signatures."""
