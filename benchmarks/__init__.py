"""Measurements, side by side in one run. ``docs/performance.md`` says how to read them."""
