"""Where attempts to sign in are counted, if not in a Redis."""

from identity_cloud.caches.files import FileCache

__all__ = ["FileCache"]
