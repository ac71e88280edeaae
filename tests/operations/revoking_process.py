"""A process that revokes one access key after another until somebody kills it, for ``test_kill_revoking``.

It prints the id of each that it has revoked: that is its answer.
"""

from __future__ import annotations

import django


def main() -> None:
    django.setup()
    from accesskeys import operations
    from accesskeys.models import AccessKey
    from accesskeys.operations.actors import Actor

    for pk in list(AccessKey.objects.values_list("pk", flat=True)):
        operations.revoke(access_key_id=pk, actor=Actor.for_command())
        print(pk, flush=True)


if __name__ == "__main__":
    main()
