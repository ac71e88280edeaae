"""Where attempts to sign in are counted, and rate limits where it is a Redis."""

from identity_cloud.caches.files import FileCache
from identity_cloud.caches.redis import RedisCache

__all__ = ["FileCache", "RedisCache"]
