// Bundles the GraphiQL page into gateway/http/static. Two builds of one lock file give identical files.
import { copyFile, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const out = join(here, "..", "gateway", "http", "static");

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  target: ["chrome109", "firefox115", "safari16.4"],
  outdir: out,
  define: { "process.env.NODE_ENV": '"production"', "process.env.USE_IMPORT": '"true"' },
  // The licences are in THIRD_PARTY_LICENSES.txt.
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
};

const page = {
  ...common,
  entryPoints: { graphiql: "src/main.jsx" },
  format: "esm",
  jsx: "automatic",
  loader: { ".graphql": "text", ".json": "text", ".woff2": "file", ".ttf": "file" },
  assetNames: "[name]",
  alias: {
    // One copy of graphql: a CommonJS plugin would add a second one, and graphql rejects types of another copy.
    graphql: join(modules, "graphql", "index.mjs"),
    // GraphiQL imports one prettier plugin under two names.
    "prettier/parser-graphql": "prettier/plugins/graphql",
    "prettier/parser-babel": "./src/json-formatter.js",
    "prettier/plugins/estree": "./src/json-formatter.js",
  },
};

const workers = {
  ...common,
  entryPoints: {
    "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
    "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
    "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
  },
  format: "iife",
};

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const built = await Promise.all([build(page), build(workers)]);
for (const name of ["index.html", "favicon.svg"]) await copyFile(join(here, "src", name), join(out, name));
await writeFile(join(out, "THIRD_PARTY_LICENSES.txt"), await licences(built.map(({ metafile }) => metafile)));
await report();

/** The licences of all packages with code in the bundles. */
async function licences(metafiles) {
  const inputs = metafiles.flatMap(({ outputs }) => Object.values(outputs)).flatMap((o) => Object.keys(o.inputs));
  const folders = new Set(inputs.map(packageOf).filter(Boolean));
  // A set, because a package may be installed twice, below two others.
  const texts = new Set(await Promise.all([...folders].map(licenceOf)));
  return `The GraphiQL page contains parts of these packages.\n\n${[...texts].sort().join("\n")}`;
}

/** "node_modules/@graphiql/react/dist/index.js" → "node_modules/@graphiql/react" */
function packageOf(input) {
  return input.replaceAll(sep, "/").match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0];
}

async function licenceOf(folder) {
  const about = JSON.parse(await readFile(join(here, folder, "package.json"), "utf8"));
  const files = (await readdir(join(here, folder))).filter((file) => /^(licen[cs]e|thirdpartynotices)/i.test(file));
  const texts = await Promise.all(files.sort().map((file) => readFile(join(here, folder, file), "utf8")));
  const body = texts.length ? texts.join("\n\n") : await standardText(about);
  const line = "=".repeat(80);
  const title = `${about.name} ${about.version} (${about.license})`;
  return `${line}\n${title}\n${line}\n\n${body.replaceAll("\r\n", "\n").trim()}\n`;
}

/** The licence text of a package that only names its licence. */
async function standardText({ name, license, author, repository }) {
  if (license !== "MIT") throw new Error(`${name} contains no licence text, and there is no standard text for ${license}`);
  const holder = author?.name ?? author ?? `the authors of ${name}`;
  const text = await readFile(join(here, "src", "MIT.txt"), "utf8");
  return `Copyright (c) ${holder}\n${repository?.url ?? repository ?? ""}\n\n${text}`;
}

async function report() {
  let total = 0;
  for (const name of (await readdir(out)).sort()) {
    const { size } = await stat(join(out, name));
    total += size;
    console.log(`${String(size).padStart(9)}  ${name}`);
  }
  console.log(`${String(total).padStart(9)}  total`);
}
