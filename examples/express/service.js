// A service behind a gateway of deploy/gateways, which says in three headers whose access key let a request in.
//
// The headers may be believed because nothing but the gateway can send them: the gateway drops what clients claim, and
// this service listens on loopback alone, where clients do not reach it.

import express from "express";

const app = express();
app.disable("x-powered-by");

// Who is calling. A request without an ID did not come through the gateway.
app.use((request, response, next) => {
  const id = request.get("X-Access-Key-Id");
  const name = request.get("X-Access-Key-Name");
  const scopes = (request.get("X-Access-Key-Scopes") ?? "").split(" ").filter(Boolean);
  console.log(request.method, request.path, "by", name);
  if (id) {
    response.locals.caller = { id, name, scopes };
    next();
  } else {
    response.status(403).json({ detail: "This service answers the gateway alone." });
  }
});

// Where the gateway's rules, which go by path, are too coarse.
function requireScope(scope) {
  return (request, response, next) => {
    if (response.locals.caller.scopes.includes(scope)) {
      next();
    } else {
      response.status(403).json({ detail: `The access key lacks the scope ${scope}.` });
    }
  };
}

// The gateway asks for orders:read already.
app.get("/orders", (request, response) => {
  response.json(response.locals.caller);
});

// The gateway cannot tell this from reading.
app.post("/orders", requireScope("orders:write"), (request, response) => {
  response.status(201).json({ placed_by: response.locals.caller.name });
});

app.listen(Number(process.env.PORT ?? 9000), "127.0.0.1");
