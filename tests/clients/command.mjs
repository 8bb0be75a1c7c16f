// What every script here has in common: one line of JSON on stdout, or one line on stderr and exit code 1.
import { basename } from "node:path";

const WHOLE_RUN_MS = 25_000;

export async function command(usage, run) {
  const name = basename(process.argv[1]);
  const deadline = setTimeout(() => fail(name, new Error(`not done after ${WHOLE_RUN_MS} ms`)), WHOLE_RUN_MS);
  try {
    const given = process.argv.slice(2);
    if (given.length !== usage.split(" ").length) throw new Error(`usage: node ${name} ${usage}`);
    console.log(JSON.stringify(await run(...given)));
  } catch (error) {
    fail(name, error);
  }
  clearTimeout(deadline);
}

function fail(name, error) {
  // Not by console.error, which some scripts listen to.
  process.stderr.write(`${name}: ${error.message}\n`);
  process.exit(1);
}
