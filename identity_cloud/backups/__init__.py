"""Backups that leave the machine encrypted, know what they hold, and come back into an empty database alone."""

from identity_cloud.backups.errors import BackupError
from identity_cloud.backups.make import make
from identity_cloud.backups.manifest import Manifest
from identity_cloud.backups.newest import newest
from identity_cloud.backups.restore import restore
from identity_cloud.backups.verify import verify

__all__ = ["BackupError", "Manifest", "make", "newest", "restore", "verify"]
