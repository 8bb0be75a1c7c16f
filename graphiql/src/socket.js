import { createClient } from "graphql-ws";
import { current, isRenewed } from "./identity.js";
import { recordingSocket } from "./outcome.js";

const TOKEN_REFUSED = 4403;

/**
 * A subscription over a WebSocket of its own, as an observable for GraphiQL. It connects again when a connection is lost,
 * so that a restart of the gateway does not end it; where a WebSocket never opens, an error says so at once.
 */
export function subscription(url, connectionParams, operation) {
  return { subscribe: (sink) => ({ unsubscribe: subscribe(url, connectionParams, operation, sink) }) };
}

function subscribe(url, connectionParams, operation, sink) {
  let wasConnected = false;
  const client = createClient({
    url,
    connectionParams,
    on: {
      ...recordingSocket,
      connected: () => {
        wasConnected = true;
        recordingSocket.connected();
      },
    },
    shouldRetry: ({ code }) => wasConnected && (code !== TOKEN_REFUSED || hasNewToken()),
  });
  return client.subscribe(operation, { ...sink, error: (error) => sink.error(readable(error)) });
}

/** Whether connecting again sends another token than the one that was refused. */
function hasNewToken() {
  const { token } = current.get();
  return token !== null && isRenewed(token);
}

/** What GraphiQL shows as JSON: an event has no property that JSON would show, an Error also its stack. */
function readable(error) {
  if (error instanceof CloseEvent) return { message: `The WebSocket was closed: ${error.code} ${error.reason}`.trim() };
  return error instanceof Event ? { message: "The gateway cannot be reached over a WebSocket." } : error;
}
