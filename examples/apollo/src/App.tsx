import { useApolloClient, useReactiveVar } from "@apollo/client/react";
import { useEffect, useSyncExternalStore } from "react";
import { Booking, BookingOfItem } from "./Booking";
import { Bookings } from "./Bookings";
import { staleSeconds } from "./links";
import { signOut, useSession } from "./session";
import { SignIn } from "./SignIn";
import { chooseTransport, LIVE, liveState, transport, type Transport } from "./subscriptions";
import { Upcoming } from "./Upcoming";

const TRANSPORTS: Transport[] = ["WebSocket", "SSE"];

export function App() {
  const session = useSession();
  const client = useApolloClient();
  const route = useRoute();
  const chosen = useReactiveVar(transport);

  // Nothing of one customer may be left for the next.
  useEffect(() => {
    if (session.isRefused) void client.clearStore();
  }, [client, session.isRefused]);

  if (session.isRefused) return <SignIn message={session.message} />;
  return (
    <>
      <Header route={route} isSignedIn={Boolean(session.token)} />
      <Stale />
      {/* Another transport begins all subscriptions again. */}
      <Route key={`${chosen} ${route}`} route={route} />
      <Footer chosen={chosen} />
    </>
  );
}

function Route({ route }: { route: string }) {
  const [, name, id] = route.split("/");
  if (name === "items" && id) return <BookingOfItem id={id} />;
  if (name === "bookings") return id ? <Booking id={id} /> : <Bookings />;
  return <Upcoming />;
}

function useRoute(): string {
  return useSyncExternalStore(
    (listener) => {
      addEventListener("hashchange", listener);
      return () => removeEventListener("hashchange", listener);
    },
    () => location.hash.slice(1) || "/",
  );
}

function Header({ route, isSignedIn }: { route: string; isSignedIn: boolean }) {
  const links = { "/": "Upcoming", "/bookings": "Bookings" };
  return (
    <header>
      <nav aria-label="Screens">
        {Object.entries(links).map(([path, text]) => (
          <a key={path} href={`#${path}`} aria-current={route === path ? "page" : undefined}>
            {text}
          </a>
        ))}
      </nav>
      {isSignedIn && <button onClick={() => signOut()}>Sign out</button>}
    </header>
  );
}

/** What is shown may be old while the booking system does not answer. */
function Stale() {
  const seconds = useReactiveVar(staleSeconds);
  if (seconds === undefined) return null;
  const minutes = Math.max(1, Math.round(seconds / 60));
  return (
    <p role="status" className="notice waiting">
      The booking system does not answer. You see what it said {minutes === 1 ? "a minute" : `${minutes} minutes`} ago.
    </p>
  );
}

function Footer({ chosen }: { chosen: Transport }) {
  const state = useReactiveVar(liveState);
  return (
    <footer>
      <span role="status" className={state === LIVE ? "live" : "live off"}>
        {state}
      </span>
      <label>
        Live updates by{" "}
        <select value={chosen} onChange={(event) => chooseTransport(event.target.value as Transport)}>
          {TRANSPORTS.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
    </footer>
  );
}
