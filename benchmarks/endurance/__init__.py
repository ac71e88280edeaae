"""Mixed load on a real server in trouble, and a ledger of what it promised. See ``benchmarks/endure.py``."""
