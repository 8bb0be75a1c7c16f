// Replaces prettier's JavaScript parser and printer, 550 kB, which GraphiQL uses to format the JSON of
// variables and headers (see `alias` in build.mjs).
import { applyEdits, format } from "jsonc-parser";

const AST_FORMAT = "jsonc-text";

export const parsers = {
  jsonc: { astFormat: AST_FORMAT, parse: (text) => ({ text }), locStart: () => 0, locEnd: (ast) => ast.text.length },
};

export const printers = {
  [AST_FORMAT]: { print: (path) => formatted(path.node.text) },
};

function formatted(text) {
  const edits = format(text, undefined, { tabSize: 2, insertSpaces: true, insertFinalNewline: true });
  return applyEdits(text, edits);
}
