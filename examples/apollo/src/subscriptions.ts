// Subscriptions, over a WebSocket or as event streams. See docs/live-updates.md of the gateway.
import { ApolloLink, CombinedGraphQLErrors, makeVar, Observable } from "@apollo/client";
import { print, type FormattedExecutionResult } from "graphql";
import { createClient as createStreams } from "graphql-sse";
import { createClient as createSocket } from "graphql-ws";
import { TEMPORARY } from "./links";
import { freshToken, renewToken } from "./session";

export type Transport = "WebSocket" | "SSE";
export const transport = makeVar<Transport>(localStorage.getItem("transport") === "SSE" ? "SSE" : "WebSocket");

export function chooseTransport(choice: Transport): void {
  localStorage.setItem("transport", choice);
  transport(choice);
}

export const LIVE = "Live";
const BEGINNING = "Connecting …";
const LOST = "Reconnecting …";
const OVER = "No live updates";
/** Whether events of subscriptions can arrive now, in words for the customer. */
export const liveState = makeVar(BEGINNING);

/** Of a WebSocket that this page has closed. */
const NORMAL_CLOSURE = 1000;

// --8<-- [start:waits]
/** A random time that doubles with each failure, so that clients do not all come back in the same second. */
function wait(failures: number, leastMs = 0): Promise<void> {
  const ms = leastMs + Math.random() * Math.min(30_000, 1_000 * 2 ** failures);
  return new Promise((resolve) => setTimeout(resolve, ms));
}
// --8<-- [end:waits]

// --8<-- [start:websocket]
let noPong: ReturnType<typeof setTimeout>;

const socket = createSocket({
  url: new URL("/graphql", location.href).href.replace(/^http/, "ws"),
  connectionParams: async () => {
    const token = await freshToken();
    return token ? { Authorization: `Bearer ${token}` } : {};
  },
  retryAttempts: Infinity,
  retryWait: (failures) => wait(failures),
  // A token that is refused for another reason would be refused again.
  shouldRetry: (event) => {
    const { code, reason = "" } = event as CloseEvent;
    return code !== 4403 || reason.includes("expired");
  },
  // A connection that does not answer a ping within five seconds is dead.
  keepAlive: 20_000,
  on: {
    ping: (isReceived) => {
      if (!isReceived) noPong = setTimeout(() => socket.terminate(), 5_000);
    },
    pong: () => clearTimeout(noPong),
    connecting: (isRetry) => liveState(isRetry ? LOST : BEGINNING),
    connected: () => liveState(LIVE),
    closed: (event) => {
      clearTimeout(noPong);
      const { code, reason } = event as CloseEvent;
      liveState(code === NORMAL_CLOSURE ? OVER : LOST);
      if (code === 4403) void renewToken(reason.replace("Forbidden: ", ""));
    },
  },
});
// --8<-- [end:websocket]

// --8<-- [start:sse]
const FINAL = [400, 401, 403, 404, 405, 413, 415, 431];
let lastResponse: Response | undefined;

const streams = createStreams({
  url: "/graphql",
  headers: async (): Promise<Record<string, string>> => {
    const token = await freshToken();
    return token ? { Authorization: `Bearer ${token}` } : {};
  },
  retryAttempts: Infinity,
  fetchFn: async (...request: Parameters<typeof fetch>) => {
    lastResponse = undefined;
    const response = await fetch(...request);
    if (response.ok) liveState(LIVE);
    const isRenewed = response.status === 401 && (await renewToken("Please sign in again."));
    if (!isRenewed) lastResponse = response;
    return response;
  },
  retry: async (failures) => {
    liveState(LOST);
    const status = lastResponse?.status ?? 0;
    if (FINAL.includes(status)) throw new Error(`The gateway answered ${status}.`);
    await wait(failures, 1_000 * Number(lastResponse?.headers.get("Retry-After") ?? 0));
  },
});
// --8<-- [end:sse]

// --8<-- [start:subscriptions]
/** Subscribes, and subscribes again after errors that pass. A token may have expired in the meantime. */
export const liveLink = new ApolloLink(
  ({ query, variables, operationName, extensions }) =>
    new Observable((observer) => {
      const payload = { query: print(query), variables, operationName, extensions };
      const client = transport() === "SSE" ? streams : socket;
      let failures = 0;
      let stop = start();
      return () => stop();

      function start(): () => void {
        let refusal: FormattedExecutionResult | undefined;
        return client.subscribe<Record<string, unknown>>(payload, {
          next: (result) => {
            if (result.data === undefined) refusal = result as FormattedExecutionResult;
            else {
              failures = 0;
              observer.next(result as ApolloLink.Result);
            }
          },
          error: (error) => (Array.isArray(error) ? refused({ errors: error }) : ended(error)),
          complete: () => (refusal ? refused(refusal) : observer.complete()),
        });
      }

      function ended(error: unknown) {
        liveState(OVER);
        observer.error(error);
      }

      async function refused(result: FormattedExecutionResult) {
        const codes = result.errors?.map(({ extensions }) => String(extensions?.code)) ?? [];
        if (!codes.every((code) => TEMPORARY.has(code) || code === "UNAUTHENTICATED")) {
          return ended(new CombinedGraphQLErrors(result as ApolloLink.Result));
        }
        await wait(failures++);
        if (!observer.closed) stop = start();
      }
    }),
);
// --8<-- [end:subscriptions]
