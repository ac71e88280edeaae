"""The door for programs that manage access keys: the REST API, introspection and metrics."""
