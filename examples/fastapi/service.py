"""A service behind a gateway of deploy/gateways, which says in three headers whose access key let a request in.

The headers may be believed because nothing but the gateway can send them: the gateway drops what clients claim, and
this service listens on loopback alone, where clients do not reach it; a container, in a network of its gateway's own.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException


@dataclass(frozen=True)
class Caller:
    """The access key that the gateway let in."""

    id: str
    name: str
    scopes: frozenset[str]


def caller(
    x_access_key_id: Annotated[str, Header()] = "",
    x_access_key_name: Annotated[str, Header()] = "",
    x_access_key_scopes: Annotated[str, Header()] = "",
) -> Caller:
    """Who is calling. A request without an ID did not come through the gateway."""
    if not x_access_key_id:
        raise HTTPException(403, "This service answers the gateway alone.")
    return Caller(x_access_key_id, x_access_key_name, frozenset(x_access_key_scopes.split()))


def caller_with(scope: str) -> Callable[[Caller], Caller]:
    """Who is calling, if its access key has the scope: where the gateway's rules, which go by path, are too coarse."""

    def check(who: Annotated[Caller, Depends(caller)]) -> Caller:
        if scope not in who.scopes:
            raise HTTPException(403, f"The access key lacks the scope {scope}.")
        return who

    return check


app = FastAPI()


@app.get("/orders")
def read_orders(who: Annotated[Caller, Depends(caller)]) -> dict[str, str | list[str]]:
    """The gateway asks for orders:read already."""
    return {"id": who.id, "name": who.name, "scopes": sorted(who.scopes)}


@app.post("/orders", status_code=201)
def place_order(who: Annotated[Caller, Depends(caller_with("orders:write"))]) -> dict[str, str]:
    """The gateway cannot tell this from reading."""
    return {"placed_by": who.name}


if __name__ == "__main__":
    uvicorn.run(app, host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "9000")))
