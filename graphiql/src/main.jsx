import "./workers.js";
import "./graphiql.css";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { Kind, OperationTypeNode, parse } from "graphql";
import { useEffect } from "react";
import { createRoot } from "react-dom/client";
import { Bar, Outcome } from "./bar.jsx";
import { withCredentials } from "./identity.js";
import { ownBooking, tabsFor } from "./operations.js";
import { recordingFetch } from "./outcome.js";
import { introspected, sorted } from "./schema.js";
import { subscription } from "./socket.js";
import { refreshUntouchedTabs, storage } from "./storage.js";
import { previewed, TabFiller } from "./tabs.js";

const INTROSPECTION = "IntrospectionQuery";

const endpoint = new URL(location.pathname, location.href);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";

const send = createGraphiQLFetcher({
  url: endpoint.href,
  headers: { accept: "application/graphql-response+json, application/json" },
  fetch: recordingFetch,
  // Without it, a result is its value. The gateway has no @defer.
  enableIncrementalDelivery: false,
});

/** Just after a change of the tab, GraphiQL still has the document and the name of the tab before. */
async function fetcher(params, options) {
  const documentAST = parsed(params.query) ?? options?.documentAST;
  const operations = documentAST?.definitions.filter(isOperation) ?? [];
  const selected = operations.find(({ name }) => name?.value === params.operationName) ?? operations[0];
  const operationName = selected?.name?.value;
  if (operationName === INTROSPECTION) {
    const result = await introspected();
    if (result) return sorted(result);
  }
  const request = { ...params, operationName };
  const headers = options?.headers;
  if (selected?.operation === OperationTypeNode.SUBSCRIPTION) {
    return subscription(socket.href, () => withCredentials(headers), request);
  }
  const result = await send(request, { documentAST, headers: await withCredentials(headers) });
  notePreview(params.variables, result);
  return operationName === INTROSPECTION ? sorted(result) : result;
}

/** Lets the tab Cancel have the token of a preview that was just shown. */
function notePreview(variables, result) {
  const token = result?.data?.cancellationPreview?.token;
  if (token) previewed.set({ order: variables?.orderId, item: variables?.orderItemIds?.[0], token });
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

const booking = await ownBooking(endpoint);
const tabs = tabsFor(booking);
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
    inputValueDeprecation
    schemaDescription
    storage={storage}
  >
    <GraphiQL.Logo>
      <Bar />
    </GraphiQL.Logo>
    <GraphiQL.Footer>
      <Outcome />
    </GraphiQL.Footer>
    <FollowSystemTheme />
    <TabFiller endpoint={endpoint} tabs={tabs} booking={booking} />
  </GraphiQL>,
);
