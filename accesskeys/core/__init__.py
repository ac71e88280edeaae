"""Words without a database: keys, keyring, scopes, networks, rates, and the rules for what people type."""
