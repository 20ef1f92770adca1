"""Turn one APK into evidence, and know nothing else: no cluster, no object store, no ledger, no rules."""
