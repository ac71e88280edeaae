"""What can be done with operators. Each is authorised by ``policy`` and writes its own audit event."""
