// What the page adds to GraphiQL: who the requests are sent as, links, and what became of the newest request.
import { useEffect, useState } from "react";
import { demo, docs } from "./facts.js";
import { choose, current, dropToken, identities, isChoice, isRenewed } from "./identity.js";
import { outcome } from "./outcome.js";

export function Bar() {
  return (
    <header className="page-bar">
      <span className="page-name">imin gateway</span>
      {isChoice ? <IdentityChoice /> : demo && <NoChoice />}
      <nav className="page-links" aria-label="Elsewhere">
        {docs && <a href={docs}>Docs</a>}
        {demo && <a href={demo.sandbox}>Sandbox</a>}
      </nav>
    </header>
  );
}

export function Outcome() {
  const newest = outcome.use();
  return (
    <div className={newest?.isFailure ? "page-outcome page-failure" : "page-outcome"} role="status">
      {newest?.text}
    </div>
  );
}

function IdentityChoice() {
  const { identity, problem } = current.use();
  const groups = [...new Set(identities.map(({ group }) => group))];
  return (
    <div className="page-identity">
      <label htmlFor="page-identity">Signed in as</label>
      <select id="page-identity" value={identity.name} onChange={(event) => choose(event.target.value)}>
        {groups.map((group) => (
          <optgroup key={group} label={group}>
            {identities
              .filter((each) => each.group === group)
              .map(({ name, label }) => (
                <option key={name} value={name}>
                  {label}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
      {problem ? (
        <span className="page-failure" role="alert">
          {problem}
        </span>
      ) : (
        <Expiry />
      )}
    </div>
  );
}

/** The time that a short-lived token has left, and a way to get another one. */
function Expiry() {
  const { token } = current.use();
  const [now, setNow] = useState(Date.now);
  const isShown = token?.lifetimeSeconds > 0 && !isRenewed(token);
  const seconds = isShown ? Math.max(0, Math.ceil((token.expiresAt - now) / 1_000)) : 0;
  const isRunning = isShown && token.expiresAt > now;
  useEffect(() => {
    setNow(Date.now());
    if (!isRunning) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [token, isRunning]);
  if (!isShown) return null;
  return (
    <span className="page-expiry">
      {isRunning ? `expires in ${seconds} s` : "has expired"}
      {!isRunning && (
        <button type="button" className="page-button" onClick={dropToken}>
          New token
        </button>
      )}
    </span>
  );
}

/** Without --auth the demo ignores tokens, so there is nobody else to be. */
function NoChoice() {
  const [{ identifier }] = demo.customers;
  return (
    <details className="page-identity">
      <summary>Customer {identifier}</summary>
      <div className="page-card">
        <p>
          This demo ignores tokens. Every request is customer {identifier}’s, who may name the others too:{" "}
          <code>customer(identifier: "small")</code>
        </p>
        <ul>
          {demo.customers.map((customer) => (
            <li key={customer.identifier}>
              <code>{customer.identifier}</code> {customer.orders.toLocaleString("en-GB")} orders
            </li>
          ))}
        </ul>
        <p>
          To sign in as each of them, and to see 401, 403 and a token that expires, start <code>gateway demo --auth</code>.
        </p>
      </div>
    </details>
  );
}
