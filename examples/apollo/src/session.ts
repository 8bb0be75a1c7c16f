// Who is signed in. An app of your own asks its identity provider for tokens here.
import { useSyncExternalStore } from "react";

interface Session {
  /** Undefined until someone signs in. `gateway demo` without --auth needs no token. */
  token?: string;
  expiresAt?: number;
  /** The customer, if the demo gives tokens for them again and again. */
  customer?: string;
  /** Whether the gateway has refused a request without a good token, and what it said. */
  isRefused?: boolean;
  message?: string;
}

const KEY = "session";
const RENEW_BEFORE_MS = 5_000;

let session: Session = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
const listeners = new Set<() => void>();

function change(next: Session) {
  session = next;
  sessionStorage.setItem(KEY, JSON.stringify(session));
  for (const listener of listeners) listener();
}

export function useSession(): Session {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => session,
  );
}

/** Sign in as a customer of the sandbox, with a token of the demo's own issuer. */
export async function signIn(customer: string): Promise<void> {
  const response = await fetch(`/graphiql/tokens/${encodeURIComponent(customer)}`, { method: "POST" });
  if (!response.ok) throw new Error(`The demo has no customer “${customer}”.`);
  const { token, lifetimeSeconds } = (await response.json()) as { token: string; lifetimeSeconds: number };
  change({ token, customer, expiresAt: Date.now() + 1_000 * lifetimeSeconds });
}

/** Sign in with the output of `gateway token`. */
export function signInWithToken(token: string): void {
  change({ token });
}

export function signOut(message?: string): void {
  change({ isRefused: true, message });
}

// --8<-- [start:token]
/** A token that has not expired, if there is any. */
export async function freshToken(): Promise<string | undefined> {
  if (session.expiresAt && session.expiresAt < Date.now() + RENEW_BEFORE_MS) await renewToken("Please sign in again.");
  return session.token;
}

/** Get another token after one was refused. Without one, the customer has to sign in, and sees the message. */
export async function renewToken(message: string): Promise<boolean> {
  try {
    if (!session.customer) throw new Error(message);
    await signIn(session.customer);
    return true;
  } catch {
    // Queries and subscriptions may be refused together. Who had no token yet needs no message.
    if (!session.isRefused) signOut(session.token && message);
    return false;
  }
}
// --8<-- [end:token]
