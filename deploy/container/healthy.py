"""Whether the server in this container is alive, by its own word. Exit code 0 or 1, and why in one line."""

import http.client
import os
import sys

ADDRESS = "/health/live"
SECONDS = 4


def main() -> None:
    """Ask it where it listens: inside the container, without the proxy in front."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ.get("PORT") or "8000"), timeout=SECONDS
    )
    try:
        connection.request("GET", ADDRESS)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"Not healthy: {ADDRESS} gave no answer ({type(error).__name__}).")
    if status != http.HTTPStatus.OK:
        sys.exit(f"Not healthy: {ADDRESS} answered {status:d}.")


if __name__ == "__main__":
    main()
