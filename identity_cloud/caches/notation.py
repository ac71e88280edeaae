"""How a Redis keeps values: as JSON, so that whoever can write there can make us count wrongly, and run nothing.

Django's own way is pickle.
"""

from __future__ import annotations

import json
from typing import Any

from identity_cloud.caches.moments import History, Moment


class JsonNotation:
    """Numbers, lists of them and the histories of attempts; there is nothing else."""

    def dumps(self, value: Any) -> Any:
        """Whole numbers as they are, for ``INCR``."""
        if type(value) is int:
            return value
        if isinstance(value, History):
            value = {"written": value.written, "times": value.times}
        return json.dumps(value)

    def loads(self, data: bytes) -> Any:
        """None for what is none of ours, such as what an earlier version wrote."""
        try:
            value = json.loads(data)
            if isinstance(value, dict):
                boot, steady, wall = value["written"]
                times = [float(moment) for moment in value["times"]]
                return History(Moment(str(boot), float(steady), float(wall)), times)
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
        return value
