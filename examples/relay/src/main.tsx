import { Suspense, useMemo } from "react";
import { createRoot } from "react-dom/client";
import { RelayEnvironmentProvider } from "react-relay";
import { Booking } from "./Booking";
import { createEnvironment, incomplete } from "./environment";
import { History } from "./History";
import { connection } from "./live";
import { useRoute } from "./route";
import { session, signOut } from "./session";
import { SignIn } from "./SignIn";
import { Boundary, Loading } from "./states";
import "./styles.css";
import { Upcoming } from "./Upcoming";

function App() {
  const { token, refusal } = session.use();
  const environment = useMemo(() => createEnvironment(token), [token]);
  const { page, id } = useRoute();

  return (
    <RelayEnvironmentProvider environment={environment}>
      <header>
        <a className="brand" href="#/">My bookings</a>
        {!refusal && (
          <nav aria-label="Pages">
            <a href="#/" aria-current={page === "upcoming" ? "page" : undefined}>Upcoming</a>
            <a href="#/history" aria-current={page === "history" ? "page" : undefined}>History</a>
            {token && <button onClick={signOut}>Sign out</button>}
          </nav>
        )}
      </header>
      <main key={page + id}>
        {refusal ? (
          <SignIn refusal={refusal} />
        ) : (
          <Boundary title="Bookings">
            {(attempt) => (
              <Suspense fallback={<Loading />}>
                {page === "booking" && <Booking id={id} attempt={attempt} />}
                {page === "history" && <History attempt={attempt} />}
                {page === "upcoming" && <Upcoming attempt={attempt} />}
              </Suspense>
            )}
          </Boundary>
        )}
      </main>
      {!refusal && <Footer />}
    </RelayEnvironmentProvider>
  );
}

function Footer() {
  const state = connection.use();
  return (
    <footer>
      {state !== "idle" && (
        <p className={state}>{state === "live" ? "Changes appear by themselves." : "Waiting for live updates."}</p>
      )}
      {incomplete.use() && <p>Some details cannot be shown at the moment.</p>}
    </footer>
  );
}

// Not in <StrictMode>: it mounts twice in development, and Relay then requests a "network-only" query again and again.
createRoot(document.getElementById("root")!).render(<App />);
