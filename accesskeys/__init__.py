"""Access keys: generate, show, rename, revoke and check bearer keys."""

# The product's, and the package's. tools/release.py and all that names a version read it here.
__version__ = "1.0.0"
