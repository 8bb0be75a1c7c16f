// Relay's environment: requests, subscriptions and the store of one session.
import {
  Environment,
  Network,
  RecordSource,
  Store,
  type FetchFunction,
  type GraphQLResponse,
} from "relay-runtime";
import { missingFieldHandlers } from "../../../clients/relay.js";
import { liveUpdates } from "./live";
import { refuse } from "./session";
import { createStore } from "./store";

/** Whether something is missing in the last response. */
export const incomplete = createStore(false);

export interface GatewayErrorItem {
  message: string;
  extensions?: { code?: string };
}

/** A response without data. The gateway's messages are for customers. */
export class GatewayError extends Error {
  constructor(errors: readonly GatewayErrorItem[]) {
    super(errors.map(({ message }) => message).join(" "));
  }
}

// --8<-- [start:environment]
/** A new environment for each token, so that no data of one customer is shown to another. */
export function createEnvironment(token: string | null): Environment {
  return new Environment({
    network: Network.create(fetcher(token), liveUpdates(token)),
    store: new Store(new RecordSource(), { gcReleaseBufferSize: 10 }),
    // From the client kit: `order(id:)` finds an order that a list has brought.
    missingFieldHandlers,
  });
}

function fetcher(token: string | null): FetchFunction {
  return async ({ text: query, name: operationName }, variables) => {
    const response = await fetch("/graphql", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/graphql-response+json",
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify({ query, operationName, variables }),
    }).catch(() => unreachable());
    const result = await response.json().catch(() => unreachable());
    if (response.status === 401) refuse(token, result.errors[0].message);
    if (!result.data) throw new GatewayError(result.errors);
    // Errors beside data concern single fields: the rest of the response stands.
    incomplete.set(Boolean(result.errors));
    return result as GraphQLResponse;
  };
}

function unreachable(): never {
  throw new GatewayError([{ message: "The gateway cannot be reached. Are you online?" }]);
}
// --8<-- [end:environment]
