// Runs a script's main function: prints one line of JSON on stdout, or the error on stderr with exit code 1.
import { readFileSync } from "node:fs";
import { basename } from "node:path";

const WHOLE_RUN_MS = 240_000;

/** Run it with the script's arguments, which `usage` names. */
export async function command(usage, run) {
  await main((...args) => {
    if (args.length !== usage.split(" ").length) throw new Error(`usage: node ${basename(process.argv[1])} ${usage}`);
    return run(...args);
  });
}

/** A JSON file of the client kit. */
export function kit(name) {
  return JSON.parse(readFileSync(new URL(`../../clients/${name}.json`, import.meta.url), "utf-8"));
}

/** Run it with the script's arguments, however many there are. */
export async function main(run) {
  const name = basename(process.argv[1]);
  const deadline = setTimeout(() => fail(name, new Error(`not done after ${WHOLE_RUN_MS} ms`)), WHOLE_RUN_MS);
  try {
    console.log(JSON.stringify(await run(...process.argv.slice(2))));
  } catch (error) {
    fail(name, error);
  }
  clearTimeout(deadline);
}

function fail(name, error) {
  // Not console.error, which some scripts record.
  process.stderr.write(`${name}: ${error.message}\n`);
  process.exit(1);
}
