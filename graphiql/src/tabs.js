// Keeps the variables of untouched tabs up to date: with the ids of whoever is signed in, and with the newest preview.
import { useGraphiQL } from "@graphiql/react";
import { useEffect, useRef } from "react";
import { current } from "./identity.js";
import { observable } from "./observable.js";
import { ownBooking, tabsFor } from "./operations.js";
import { rememberDefaults } from "./storage.js";

/** The booking whose terms the newest preview has shown, as operations.js takes it. */
export const previewed = observable(null);

/** tabs: those of a first visit, as they are now. */
export function TabFiller({ endpoint, tabs, booking }) {
  const { identity } = current.use();
  const newest = previewed.use();
  const known = useRef({ identity, booking, tabs });
  const shown = useGraphiQL((state) => ({
    tabs: state.tabs,
    active: state.activeTabIndex,
    editor: state.variableEditor,
  }));
  const latest = useRef(shown);
  latest.current = shown;

  function fill(booking) {
    const before = known.current.tabs;
    const after = tabsFor(booking);
    known.current = { ...known.current, booking, tabs: after };
    rememberDefaults(after);
    const { tabs, active, editor } = latest.current;
    tabs.forEach((tab, index) => {
      const place = before.findIndex(({ query, variables }) => query === tab.query && variables === (tab.variables ?? ""));
      if (place < 0) return;
      // GraphiQL has no action for tabs that are not open; it reads these objects when it opens them.
      tab.variables = after[place].variables;
      if (index === active) editor?.setValue(tab.variables);
    });
  }

  useEffect(() => {
    if (known.current.identity === identity) return undefined;
    known.current.identity = identity;
    let isNewest = true;
    ownBooking(endpoint).then((booking) => isNewest && booking && fill(booking));
    return () => (isNewest = false);
  }, [identity]);

  useEffect(() => {
    const { booking } = known.current;
    if (newest && booking && newest.order === booking.order && newest.item === booking.item) fill({ ...booking, ...newest });
  }, [newest]);

  return null;
}
