#!/bin/sh
# Package: graphql-ws 6.4.2 (npm), its client, with ws 8.23.0 and graphql 16.15.0.
# Most expect: 4401 Unauthorized is the code for a token that has expired. With shouldRetry: () => true the client connects
#   again, asks connectionParams for the new token, and the subscription goes on.
# Seen: after a 4401 the client never connects again, whatever shouldRetry says (it is not called): the subscription ends
#   with the close event. After a 4403 Forbidden it connects again with the new token.
# Source: graphql-ws, src/client.ts: shouldRetryConnectOrThrow throws 4401 and other codes before it calls shouldRetry;
#   4403 is left out there, since access may be granted after a retry.
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
npm install --silent --no-audit --no-fund graphql-ws@6.4.2 ws@8.23.0 graphql@16.15.0 >/dev/null
cat >try.mjs <<'JAVASCRIPT'
import assert from "node:assert";
import { createClient } from "graphql-ws";
import WebSocket, { WebSocketServer } from "ws";

/** Refuses the token "old" with this code, and answers one subscription of a client that has another token. */
function serve(code) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => "graphql-transport-ws" });
  server.on("connection", (socket) =>
    socket.on("message", (data) => {
      const { type, id, payload } = JSON.parse(data);
      if (type === "connection_init" && payload.token === "old") return socket.close(code, "token expired");
      if (type === "connection_init") return socket.send(JSON.stringify({ type: "connection_ack" }));
      if (type !== "subscribe") return;
      socket.send(JSON.stringify({ id, type: "next", payload: { data: { tick: 1 } } }));
      socket.send(JSON.stringify({ id, type: "complete" }));
    }),
  );
  return server;
}

/** What the subscription ends with, the tokens that the client asked for, and the calls of shouldRetry. */
async function outcome(code) {
  const server = serve(code);
  await new Promise((resolve) => server.on("listening", resolve));
  const tokens = ["old", "new"];
  let asked = 0;
  let retries = 0;
  const client = createClient({
    url: `ws://127.0.0.1:${server.address().port}`,
    webSocketImpl: WebSocket,
    connectionParams: () => ({ token: tokens[asked++] }),
    retryWait: async () => {},
    shouldRetry: () => ++retries > 0,
  });
  const end = await new Promise((resolve) =>
    client.subscribe({ query: "subscription { tick }" }, {
      next: ({ data }) => resolve(data.tick),
      error: (event) => resolve(event.code),
      complete: () => {},
    }),
  );
  await client.dispose();
  server.close();
  return { end, asked, retries };
}

const unauthorized = await outcome(4401);
const forbidden = await outcome(4403);
console.log("4401:", unauthorized, "4403:", forbidden);
assert.deepEqual(unauthorized, { end: 4401, asked: 1, retries: 0 });
assert.deepEqual(forbidden, { end: 1, asked: 2, retries: 1 });
JAVASCRIPT
node try.mjs
