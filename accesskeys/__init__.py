"""Access keys: generate, show, rename, revoke and check bearer keys."""
