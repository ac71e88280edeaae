from __future__ import annotations

import json
import shutil
from typing import Any

from django.db.models.functions import Lower

from accesskeys.management.base import AccessKeyCommand
from accesskeys.management.output import json_array
from identity_cloud.operators.management.output import described, separated_by_tabs, table
from identity_cloud.operators.standing import described as operators


class Command(AccessKeyCommand):
    help = "List the operators: on a terminal as a table, elsewhere as lines of cells separated by tabs."

    def run(self, **options: Any) -> None:
        listed = operators().order_by(Lower("username"), "pk")
        if options["json"]:
            self.tell(json_array(json.dumps(described(operator)) for operator in listed))
        elif self.stdout.isatty():
            self.tell(table(listed, shutil.get_terminal_size().columns))
        else:
            self.tell(separated_by_tabs(listed))
