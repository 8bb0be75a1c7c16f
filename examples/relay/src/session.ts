// Who is signed in, and why not. `gateway demo` needs no token; `gateway demo --auth` gives them to pages like this one.
import { createStore } from "./store";

interface Session {
  /** Null before signing in. */
  token: string | null;
  /** Why the gateway wants another token; null while it accepts this one. */
  refusal: string | null;
}

const KEY = "gateway-token";
export const session = createStore<Session>({ token: sessionStorage.getItem(KEY), refusal: null });

/** In an app of your own, the customer's identity provider gives the token. */
export async function signIn(customer: string) {
  const response = await fetch(`/graphiql/tokens/${encodeURIComponent(customer)}`, { method: "POST" });
  if (!response.ok) return session.set({ ...session.get(), refusal: `There is no token for “${customer}”.` });
  const { token } = (await response.json()) as { token: string };
  sessionStorage.setItem(KEY, token);
  session.set({ token, refusal: null });
}

export function signOut() {
  sessionStorage.removeItem(KEY);
  session.set({ token: null, refusal: "You are signed out." });
}

/** The gateway has refused this token. An earlier one may be refused late: that changes nothing. */
export function refuse(token: string | null, refusal: string) {
  if (session.get().token === token) session.set({ token, refusal });
}
