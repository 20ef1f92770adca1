"""Judge stored evidence into findings; rule packs are data."""
