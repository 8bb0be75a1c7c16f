// Runs a script's main function: prints one line of JSON on stdout, or one line on stderr with exit code 1.
import { basename } from "node:path";

const WHOLE_RUN_MS = 240_000;

export async function command(usage, run) {
  const name = basename(process.argv[1]);
  const deadline = setTimeout(() => fail(name, new Error(`not done after ${WHOLE_RUN_MS} ms`)), WHOLE_RUN_MS);
  try {
    const args = process.argv.slice(2);
    if (args.length !== usage.split(" ").length) throw new Error(`usage: node ${name} ${usage}`);
    console.log(JSON.stringify(await run(...args)));
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
