// Generates TypeScript types of one query for clients that throw or show errors themselves, with Relay's compiler
// and GraphQL Code Generator. Prints {"relay": {<field>: <is nullable>, …}, "codegen": {<field>: <is nullable>, …}}.
//
//   node nullability.mjs <schema file> <empty folder>
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codegen } from "@graphql-codegen/core";
import * as forOperations from "@graphql-codegen/typescript-operations";
import { parse } from "graphql";
import compiler from "relay-compiler";
import { command, kit } from "./command.mjs";

const FIELDS = ["viewer", "orders", "upcomingOrderItems", "nodes", "session"];
const SELECTION = `{
  viewer {
    orders(first: 1) { totalCount }
    upcomingOrderItems(first: 1) { nodes { session { name } } }
  }
}`;

await command("<schema> <folder>", async (schema, folder) => ({
  relay: nullable(relayTypes(schema, folder)),
  codegen: nullable(await codegenTypes(schema)),
}));

function relayTypes(schema, folder) {
  const config = {
    ...kit("relay"),
    src: ".",
    schema: "schema.graphql",
    artifactDirectory: "artifacts",
    language: "typescript",
  };
  copyFileSync(schema, join(folder, config.schema));
  mkdirSync(join(folder, config.artifactDirectory));
  writeFileSync(join(folder, "relay.config.json"), JSON.stringify(config));
  writeFileSync(join(folder, "Page.ts"), `graphql\`query PageQuery @throwOnFieldError ${SELECTION}\`;`);
  const { status, stdout, stderr } = spawnSync(compiler, ["--noWatchman", "relay.config.json"], {
    cwd: folder,
    encoding: "utf-8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  const text = readFileSync(join(folder, config.artifactDirectory, "PageQuery.graphql.ts"), "utf-8");
  return text.slice(text.indexOf("PageQuery$data"), text.indexOf("export type PageQuery ="));
}

async function codegenTypes(schema) {
  const text = await codegen({
    schema: parse(readFileSync(schema, "utf-8")),
    documents: [{ location: "page", document: parse(`query Page ${SELECTION}`) }],
    filename: "generated.ts",
    config: { scalars: kit("scalars"), nullability: { errorHandlingClient: true } },
    plugin: forOperations,
    pluginMap: { plugin: forOperations },
    plugins: [{ plugin: {} }],
  });
  return text.slice(text.indexOf("PageQuery ="));
}

// A field's type ends where its brackets are closed; what stands behind them says whether it may be null.
function nullable(types) {
  return Object.fromEntries(FIELDS.map((field) => [field, mayBeNull(types, field)]));
}

function mayBeNull(types, field) {
  const start = types.search(new RegExp(`\\b${field}\\??:\\s`));
  if (start < 0) throw new Error(`${field} is missing in ${types}`);
  let depth = 0;
  for (let at = types.indexOf(":", start) + 1; at < types.length; at++) {
    if ("{<(".includes(types[at])) depth++;
    if ("}>)".includes(types[at])) depth--;
    if (depth < 0 || (depth === 0 && ",;".includes(types[at]))) {
      const type = types.slice(start, at);
      const outer = type.slice(Math.max(type.lastIndexOf("}"), type.lastIndexOf(">")) + 1);
      const before = type.slice(0, type.search(/[{<]/));
      return /null/.test(outer + before);
    }
  }
  throw new Error(`${field} has no end in ${types}`);
}
