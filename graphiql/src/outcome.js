// What happened to the newest request: GraphiQL shows its body, not its status.
import { observable } from "./observable.js";

export const outcome = observable(null);

/** `fetch` that records the status. */
export async function recordingFetch(url, options) {
  const began = performance.now();
  const response = await fetch(url, options);
  const milliseconds = Math.round(performance.now() - began);
  outcome.set({ text: `HTTP ${response.status}, ${milliseconds} ms`, isFailure: !response.ok });
  return response;
}

/** Records the states of a subscription's WebSocket: what graphql-ws calls its listeners with. */
export const recordingSocket = {
  connecting: (isRetry) => outcome.set({ text: `WebSocket ${isRetry ? "connecting again" : "connecting"} …` }),
  connected: () => outcome.set({ text: "WebSocket open" }),
  closed: ({ code, reason }) =>
    outcome.set({ text: `WebSocket closed: ${code} ${reason ?? ""}`.trim(), isFailure: code !== 1000 }),
};
