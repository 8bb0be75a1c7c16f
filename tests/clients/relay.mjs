// Compiles the front end of relay/ with Relay's compiler, in another folder. Prints {"status": <exit code>,
// "complaints": [<line>, …], "artifacts": [<name>, …]}: its warnings and errors, and the files it writes.
//
//   node relay.mjs <schema file> <empty folder>
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import compiler from "relay-compiler";
import { command, kit } from "./command.mjs";

const CONFIG = {
  ...kit("relay"),
  src: "src",
  schema: "schema.graphql",
  artifactDirectory: "artifacts",
  language: "javascript",
  // CommonJS, so that relay-store.mjs can load the artifacts.
  eagerEsModules: false,
};

await command("<schema> <folder>", (schema, folder) => {
  cpSync(new URL("relay", import.meta.url), join(folder, CONFIG.src), { recursive: true });
  copyFileSync(schema, join(folder, CONFIG.schema));
  mkdirSync(join(folder, CONFIG.artifactDirectory));
  writeFileSync(join(folder, "relay.config.json"), JSON.stringify(CONFIG));
  const { status, stdout, stderr } = spawnSync(compiler, ["--noWatchman", "relay.config.json"], {
    cwd: folder,
    encoding: "utf-8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  const files = readdirSync(join(folder, CONFIG.artifactDirectory));
  return {
    status,
    complaints: `${stdout}${stderr}`.split("\n").filter((line) => line && !line.startsWith("[INFO]")),
    artifacts: files.map((name) => name.replace(".graphql.js", "")).sort(),
  };
});
