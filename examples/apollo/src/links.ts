// What happens to each query and mutation on its way to the gateway, and to its response on the way back.
import { ApolloLink, CombinedGraphQLErrors, HttpLink, makeVar, ServerError } from "@apollo/client";
import { SetContextLink } from "@apollo/client/link/context";
import { ErrorLink } from "@apollo/client/link/error";
import { RetryLink } from "@apollo/client/link/retry";
import { OperationTypeNode } from "graphql";
import { from, map, mergeMap, tap, throwError } from "rxjs";
import { freshToken, renewToken } from "./session";

// --8<-- [start:token]
const withToken = new SetContextLink(async ({ headers }) => {
  const token = await freshToken();
  return { headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) } };
});
// --8<-- [end:token]

// --8<-- [start:retry]
/** Codes of errors that pass. */
export const TEMPORARY = new Set([
  "RATE_LIMITED",
  "SERVICE_UNAVAILABLE",
  "UPSTREAM_TIMEOUT",
  "UPSTREAM_UNAVAILABLE",
]);

/** The codes of an error, none if the gateway was not reached. */
function codesOf(error: unknown): string[] {
  return CombinedGraphQLErrors.is(error) ? error.errors.map(({ extensions }) => String(extensions?.code)) : [];
}

function isTemporary(error: unknown): boolean {
  if (!CombinedGraphQLErrors.is(error)) return !ServerError.is(error) || error.statusCode >= 500;
  return codesOf(error).every((code) => TEMPORARY.has(code));
}

/** RetryLink sees errors of links only. A response without any data becomes one. */
const refusals = new ApolloLink((operation, forward) =>
  forward(operation).pipe(
    tap((result) => {
      if (result.errors && !result.data) throw new CombinedGraphQLErrors(result);
    }),
  ),
);

/** Waits as long as the gateway asks for, and a random time that doubles. Mutations are not sent again. */
const retry = new RetryLink({
  attempts: (count, { operationType }, error) =>
    count < 4 && operationType === OperationTypeNode.QUERY && isTemporary(error),
  delay: (count, operation) => {
    const { response } = operation.getContext() as { response?: Response };
    const atLeast = Number(response?.headers.get("Retry-After") ?? 0);
    return 1_000 * (atLeast + Math.random() * 0.25 * 2 ** count);
  },
});
// --8<-- [end:retry]

// --8<-- [start:errors]
/** A token may have expired on the way: get another one, once. Otherwise the customer has to sign in. */
const signInAgain = new ErrorLink(({ error, operation, forward }) => {
  if (!codesOf(error).includes("UNAUTHENTICATED")) return;
  return from(renewToken(error.message)).pipe(
    mergeMap((isNew) => (isNew ? forward(operation) : throwError(() => error))),
  );
});

/** What the gateway says is for customers. What a library says of a lost network is not. */
export function messageOf(error: unknown): string {
  if (!CombinedGraphQLErrors.is(error)) return "The service cannot be reached.";
  return [...new Set(error.errors.map(({ message }) => message))].join(" ");
}
// --8<-- [end:errors]

// --8<-- [start:stale]
/** How old the data of the last response is, if the booking system did not answer. useQuery has no extensions. */
export const staleSeconds = makeVar<number | undefined>(undefined);

const staleness = new ApolloLink((operation, forward) =>
  forward(operation).pipe(
    map((result) => {
      const stale = result.extensions?.stale as { ageSeconds: number } | undefined;
      staleSeconds(stale?.ageSeconds);
      return result;
    }),
  ),
);
// --8<-- [end:stale]

// --8<-- [start:links]
export const httpLink = ApolloLink.from([
  staleness,
  signInAgain,
  retry,
  refusals,
  withToken,
  new HttpLink({ uri: "/graphql" }),
]);
// --8<-- [end:links]
