import { createClient } from "graphql-ws";

const TOKEN_REFUSED = 4403;

/**
 * A client for one subscription. It connects again when a connection is lost, so that a restart of the gateway does not
 * end the subscription; where a WebSocket never opens, an error says so at once.
 */
export function socketClient(url, connectionParams) {
  let wasConnected = false;
  const client = createClient({
    url,
    connectionParams,
    on: { connected: () => (wasConnected = true) },
    shouldRetry: ({ code }) => wasConnected && code !== TOKEN_REFUSED,
  });
  const subscribe = (operation, sink) =>
    client.subscribe(operation, { ...sink, error: (error) => sink.error(readable(error)) });
  return { ...client, subscribe };
}

/** What GraphiQL shows as JSON: an event has no property that JSON would show, an Error also its stack. */
function readable(error) {
  if (error instanceof CloseEvent) return { message: `The WebSocket was closed: ${error.code} ${error.reason}`.trim() };
  return error instanceof Event ? { message: "The gateway cannot be reached over a WebSocket." } : error;
}
