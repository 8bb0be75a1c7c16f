// Generates TypeScript with GraphQL Code Generator. Prints {"missing": [<name>, …], "operations": [<name>, …]}:
// the types of the schema that have no TypeScript type, and the TypeScript types of the operations.
//
//   node codegen.mjs <schema file> <folder of .graphql files>
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { codegen } from "@graphql-codegen/core";
import * as forSchema from "@graphql-codegen/typescript";
import * as forOperations from "@graphql-codegen/typescript-operations";
import { Kind, parse } from "graphql";
import { command, kit } from "./command.mjs";

const DECLARATIONS = [
  Kind.ENUM_TYPE_DEFINITION,
  Kind.INPUT_OBJECT_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.UNION_TYPE_DEFINITION,
];
const CONFIG = {
  // Report a scalar that is not listed, instead of using `any`.
  strictScalars: true,
  scalars: kit("scalars"),
};

await command("<schema> <folder>", async (file, folder) => {
  const schema = parse(readFileSync(file, "utf-8"));
  const declared = schema.definitions.filter(({ kind }) => DECLARATIONS.includes(kind));
  const documents = readdirSync(folder)
    .filter((name) => name.endsWith(".graphql"))
    .map((name) => ({ location: name, document: parse(readFileSync(join(folder, name), "utf-8")) }));
  const types = exported(await generated({ schema, documents: [], plugin: forSchema }));
  const operations = exported(await generated({ schema, documents, plugin: forOperations }));
  return {
    missing: declared.map(({ name }) => name.value).filter((name) => !types.includes(name)),
    operations: operations.filter((name) => /(Query|Mutation|Subscription)(Variables)?$/.test(name)).sort(),
  };
});

function generated({ plugin, ...input }) {
  return codegen({
    ...input,
    filename: "generated.ts",
    config: CONFIG,
    pluginMap: { plugin },
    plugins: [{ plugin: {} }],
  });
}

function exported(text) {
  return [...text.matchAll(/^export (?:type|enum) (\w+)/gm)].map(([, name]) => name);
}
