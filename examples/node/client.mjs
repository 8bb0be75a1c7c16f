// A client of the gateway for back ends: errors by code, and another attempt after those that pass.
import { setTimeout as sleep } from "node:timers/promises";
import { ClientError, GraphQLClient } from "graphql-request";

// --8<-- [start:codes]
// Errors that pass. UPSTREAM_INVALID is none: the booking system sent what cannot be read.
const TEMPORARY = new Set([
  "RATE_LIMITED",
  "SERVICE_UNAVAILABLE",
  "UPSTREAM_TIMEOUT",
  "UPSTREAM_UNAVAILABLE",
  "NO_RESPONSE", // of this client itself
]);
// --8<-- [end:codes]
const ATTEMPTS = 5;
const NO_RESPONSE = { message: "The gateway did not respond.", extensions: { code: "NO_RESPONSE" } };

/** The errors of a response. The message has their codes and texts, which hold no personal data. */
export class GatewayError extends Error {
  constructor(errors) {
    super(errors.map(({ message, extensions }) => `${extensions.code}: ${message}`).join("; "));
    this.codes = errors.map(({ extensions }) => extensions.code);
  }
}

/** A function that sends an operation to the gateway at GATEWAY_URL, with the token in GATEWAY_TOKEN. */
export function connect({ GATEWAY_URL = "http://127.0.0.1:8000/graphql", GATEWAY_TOKEN = "" } = process.env) {
  const client = new GraphQLClient(GATEWAY_URL, {
    headers: { Authorization: `Bearer ${GATEWAY_TOKEN}` },
    fetch: (url, options) => fetch(url, { ...options, signal: AbortSignal.timeout(10_000) }),
  });
  return (document, variables) => send(client, document, variables);
}

/**
 * The data of a response. Throws GatewayError.
 * The request may be sent several times: so give mutations an idempotency key.
 */
// --8<-- [start:retry]
async function send(client, document, variables) {
  for (let failures = 1; ; failures++) {
    const { data, errors, headers } = await client.rawRequest(document, variables).catch(refusal);
    if (!errors) return data;
    const error = new GatewayError(errors);
    console.error(error.message);
    if (failures < ATTEMPTS && error.codes.every((code) => TEMPORARY.has(code))) {
      const atLeast = Number(headers?.get("Retry-After") ?? 0);
      await sleep(1_000 * (atLeast + Math.random() * 0.25 * 2 ** failures));
      continue;
    }
    // A field of one booking is null, but the list is there: the rest of the data stands.
    if (data && errors.every(({ path = [] }) => path.length > ["customer", "page"].length)) return data;
    throw error;
  }
}

/** What a failed request says. The message of a ClientError is not for logs: it has the whole response. */
function refusal(error) {
  return error instanceof ClientError && error.response.errors ? error.response : { errors: [NO_RESPONSE] };
}
// --8<-- [end:retry]
