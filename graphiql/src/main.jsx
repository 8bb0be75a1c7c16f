import "./workers.js";
import "./graphiql.css";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { useEffect } from "react";
import { createRoot } from "react-dom/client";
import { defaultTabs } from "./operations.js";
import { refreshUntouchedTabs, storage } from "./storage.js";

const endpoint = new URL(location.pathname, location.href);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";

// A subscription opens its own socket when it starts, so that it carries the headers
// typed by then (as the payload of connection_init), and nobody else pays for one.
const fetcher = createGraphiQLFetcher({
  url: endpoint.href,
  subscriptionUrl: socket.href,
  headers: { accept: "application/graphql-response+json, application/json" },
});

const plugins = [HISTORY_PLUGIN, explorerPlugin()];

/** Monaco reads the system's theme once, the rest of the page follows it: keep them together. */
function FollowSystemTheme() {
  const { setTheme } = useGraphiQLActions();
  const theme = useGraphiQL((state) => state.theme);
  useEffect(() => {
    const system = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setTheme(theme);
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, [setTheme, theme]);
  return null;
}

refreshUntouchedTabs();
const container = document.getElementById("graphiql");
container.classList.remove("loading");
createRoot(container).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={plugins}
    defaultTabs={defaultTabs}
    defaultQuery=""
    defaultEditorToolsVisibility="variables"
    shouldPersistHeaders={false}
    storage={storage}
  >
    <GraphiQL.Logo>imin gateway</GraphiQL.Logo>
    <FollowSystemTheme />
  </GraphiQL>,
);
