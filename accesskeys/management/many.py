"""What the commands that do one thing to many access keys have in common."""

from __future__ import annotations

import json
import sys
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from accesskeys import operations
from accesskeys.management.base import AccessKeyCommand
from accesskeys.management.choosing import add_filters, chosen, given
from accesskeys.management.interrupts import interrupts_deferred
from accesskeys.management.output import Progress
from accesskeys.models.steps import AT_ONCE
from accesskeys.operations import Foreseen, Tally, Task

REFUSALS_TOLD = 20


class ManyCommand(AccessKeyCommand):
    """Choose, ask, do: 500 in one transaction. What has matched once is what is done, and nothing that comes later."""

    verb: ClassVar[str]  # Revoke
    done: ClassVar[str]  # Revoked
    consequence: ClassVar[str]
    wants_number = False

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_filters(parser)
        parser.add_argument("--all", action="store_true", help="all access keys that there are")
        parser.add_argument(
            "--dry-run", action="store_true", help="say which access keys these are, and change nothing"
        )
        parser.add_argument("--no-input", action="store_true", help="do not ask for confirmation")

    @abstractmethod
    def task(self, options: dict[str, Any]) -> Task:
        """What is to be done to each."""

    def run(self, **options: Any) -> None:
        task = self.task(options)
        task.check()
        ids = self.choose(options)
        foreseen = operations.foresee_many(ids)
        if options["dry_run"]:
            self.tell([_foreseen_as_json(foreseen)] if options["json"] else self.preview(foreseen))
            return
        if ids and not options["no_input"]:
            self.confirm(foreseen)
        self.work(ids, task, as_json=options["json"])

    def choose(self, options: dict[str, Any]) -> Sequence[UUID]:
        """The access keys that are meant. Raises CommandError unless that was said."""
        filters = given(options)
        if bool(filters) == options["all"]:
            raise CommandError(
                "Choose access keys by a filter, such as --label team=payments, or all of them by --all."
            )
        if filters.get("search") == "":  # A variable of a script that was never set would choose everything.
            raise CommandError("--search is empty, so nothing was done.")
        return operations.hold_fast(chosen(filters))

    def preview(self, foreseen: Foreseen) -> Iterator[str]:
        """Their names up to a hundred, then how many they are."""
        yield from foreseen.names
        if foreseen.unnamed:
            yield f"and {foreseen.unnamed:,} more"
        yield f"{_number(foreseen.total)}, {foreseen.used:,} of them used within the last day."

    def confirm(self, foreseen: Foreseen) -> None:
        """Ask the person at the terminal; raises CommandError where there is none, or the answer is another."""
        if not sys.stdin.isatty():
            raise CommandError("Nobody is there to confirm. Add --no-input to do it without asking.")
        for line in self.preview(foreseen):
            self.stderr.write(line, style_func=str)
        how = f"Type {foreseen.total} to confirm: " if self.wants_number else "[y/N] "
        question = f"{self.verb} {_number(foreseen.total)}? {self.consequence} {how}"
        self.stderr.write(question, style_func=str, ending="")
        self.stderr.flush()
        answer = sys.stdin.readline().strip().lower()
        if answer not in ({str(foreseen.total)} if self.wants_number else {"y", "yes"}):
            raise CommandError("Nothing was done.")

    def work(self, ids: Sequence[UUID], task: Task, *, as_json: bool) -> None:
        """Batch by batch, each of them committed before the next one begins."""
        sum_of_all, reached = Tally(), 0
        with (
            interrupts_deferred() as interrupted,
            Progress(self.stderr, len(ids), line_each=AT_ONCE) as progress,
        ):
            while reached < len(ids) and not interrupted.is_set():
                batch = ids[reached : reached + AT_ONCE]
                sum_of_all.add(operations.change_many(access_key_ids=batch, task=task, actor=self.actor))
                reached += len(batch)
                progress.show(reached)
        self.tell([_tally_as_json(sum_of_all) if as_json else self.sentence(sum_of_all)])
        for refused in sum_of_all.refused[:REFUSALS_TOLD]:
            self.stderr.write(f"{refused.name}: {refused.sentence}")
        if reached < len(ids):
            raise CommandError(
                f"Interrupted after {reached:,} of {_number(len(ids))}. Run it again for what is left."
            )
        if sum_of_all.refused:
            raise CommandError(f"Refused: {_number(len(sum_of_all.refused))}.")

    def sentence(self, tally: Tally) -> str:
        """What became of them."""
        parts = [f"{self.done} {_number(len(tally.done))}."]
        if tally.unchanged:
            parts.append(f"{len(tally.unchanged):,} were so already.")
        if tally.absent:
            parts.append(f"{tally.absent:,} were no longer there.")
        return " ".join(parts)


def _number(total: int) -> str:
    return f"{total:,} access key{'' if total == 1 else 's'}"


def _foreseen_as_json(foreseen: Foreseen) -> str:
    return json.dumps({"total": foreseen.total, "used_within_a_day": foreseen.used, "names": foreseen.names})


def _tally_as_json(tally: Tally) -> str:
    return json.dumps(
        {
            "done": len(tally.done),
            "unchanged": len(tally.unchanged),
            "absent": tally.absent,
            "refused": [{"name": refused.name, "detail": refused.sentence} for refused in tally.refused],
        }
    )
