import "./workers.js";
import "./graphiql.css";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { Kind, parse } from "graphql";
import { useEffect } from "react";
import { createRoot } from "react-dom/client";
import { defaultTabs } from "./operations.js";
import { socketClient } from "./socket.js";
import { refreshUntouchedTabs, storage } from "./storage.js";

const endpoint = new URL(location.pathname, location.href);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";

// A subscription opens its own WebSocket when it starts, so that its connection_init carries the headers
// that are in the editor then. A page without subscriptions opens none.
function fetch(params, options) {
  return createGraphiQLFetcher({
    url: endpoint.href,
    wsClient: socketClient(socket.href, options.headers),
    headers: { accept: "application/graphql-response+json, application/json" },
  })(params, options);
}

/** Just after a change of the tab, GraphiQL still has the document and the name of the tab before. */
function fetcher(params, options) {
  const documentAST = parsed(params.query) ?? options?.documentAST;
  const names = documentAST?.definitions.filter(isOperation).map(({ name }) => name?.value) ?? [];
  const operationName = names.includes(params.operationName) ? params.operationName : names[0];
  return fetch({ ...params, operationName }, { ...options, documentAST });
}

function isOperation({ kind }) {
  return kind === Kind.OPERATION_DEFINITION;
}

function parsed(query) {
  try {
    return parse(query);
  } catch {
    return undefined;
  }
}

const plugins = [HISTORY_PLUGIN, explorerPlugin()];

/** Monaco reads the system's theme only once; set it again when the theme of the rest of the page changes. */
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

const tabs = await defaultTabs(endpoint);
refreshUntouchedTabs(tabs);
const container = document.getElementById("graphiql");
container.classList.remove("loading");
createRoot(container).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={plugins}
    defaultTabs={tabs}
    defaultQuery=""
    defaultEditorToolsVisibility="variables"
    shouldPersistHeaders={false}
    storage={storage}
  >
    <GraphiQL.Logo>imin gateway</GraphiQL.Logo>
    <FollowSystemTheme />
  </GraphiQL>,
);
