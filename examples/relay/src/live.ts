// Subscriptions over a WebSocket that survives lost networks, rollouts and outages of the booking system.
import { createClient } from "graphql-ws";
import { Observable, type GraphQLResponse, type SubscribeFunction } from "relay-runtime";
import type { GatewayErrorItem } from "./environment";
import { refuse } from "./session";
import { createStore } from "./store";

/** Whether changes arrive at the moment. Idle: nothing on the page is subscribed. */
export const connection = createStore<"idle" | "live" | "lost">("idle");

// --8<-- [start:subscriptions]
const TEMPORARY = ["RATE_LIMITED", "SERVICE_UNAVAILABLE", "UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE"];

/** The subscribe function of an environment. */
export function liveUpdates(token: string | null): SubscribeFunction {
  const client = createClient({
    url: `${location.origin.replace(/^http/, "ws")}/graphql`,
    connectionParams: token ? { Authorization: `Bearer ${token}` } : {},
    retryAttempts: Infinity,
    retryWait: wait,
    // 4403: the token has expired or is not valid. Another connection would be refused, too.
    shouldRetry: (event) => !(event instanceof CloseEvent && event.code === 4403),
    on: {
      connected: () => connection.set("live"),
      closed: (event) => {
        const { code, reason } = event as CloseEvent;
        connection.set(code === 1000 ? "idle" : "lost");
        if (code === 4403) refuse(token, reason.replace("Forbidden: ", ""));
      },
    },
  });

  return ({ text, name }, variables) =>
    Observable.create<GraphQLResponse>((sink) => {
      let failures = 0;
      let stop = start();
      return () => stop();

      function start() {
        let errors: readonly GatewayErrorItem[] = [];
        return client.subscribe(
          { query: text!, operationName: name, variables },
          {
            next: (result) => {
              if (result.data) {
                failures = 0;
                sink.next(result as GraphQLResponse);
              } else errors = (result.errors ?? []) as GatewayErrorItem[];
            },
            error: (problem) => ended(Array.isArray(problem) ? problem : []),
            complete: () => (errors.length ? ended(errors) : sink.complete()),
          },
        );
      }

      async function ended(errors: readonly GatewayErrorItem[]) {
        if (!errors.length || !errors.every(({ extensions }) => TEMPORARY.includes(extensions?.code ?? ""))) {
          return sink.complete();
        }
        await wait(failures++);
        if (!sink.closed) stop = start();
      }
    });
}

/** A random time, after each failure up to twice as long: after a rollout, all clients would come at once. */
function wait(failures: number) {
  return new Promise<void>((done) => setTimeout(done, Math.random() * Math.min(30_000, 1_000 * 2 ** failures)));
}
// --8<-- [end:subscriptions]
