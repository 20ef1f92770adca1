"""Tables of facts, each row with its source: SDK prefixes, sensitive APIs, packers."""
