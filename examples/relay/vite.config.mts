import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

// --8<-- [start:vite]
const GATEWAY = process.env.GATEWAY_URL ?? "http://127.0.0.1:8000";

/** Puts an import of relay-compiler's artifact in the place of each graphql`…`, as babel-plugin-relay does. */
function relay(): Plugin {
  const tag = /graphql`\s*(?:query|mutation|subscription|fragment)\s+(\w+)[^`]*`/g;
  return {
    name: "relay-artifacts",
    enforce: "pre",
    transform(code, id) {
      if (id.includes("node_modules") || !/\.tsx?$/.test(id)) return null;
      const imports: string[] = [];
      const text = code.replace(tag, (document: string, name: string) => {
        imports.push(`import document${name} from "./__generated__/${name}.graphql";`);
        return `document${name}` + "\n".repeat(document.split("\n").length - 1);
      });
      return imports.length ? { code: imports.join(" ") + text, map: null } : null;
    },
  };
}

export default defineConfig({
  plugins: [relay(), react()],
  server: {
    // The client kit is beside this folder.
    fs: { allow: ["../.."] },
    // The page and the gateway share an origin, so that neither CORS nor cookies matter. Without `changeOrigin`, the
    // gateway sees the page's host: it accepts the WebSocket, and its links to tickets and receipts come here too.
    proxy: {
      "/graphql": { target: GATEWAY, ws: true },
      "^/(receipts|passes|calendar|wallet|graphiql/tokens)/": { target: GATEWAY },
    },
  },
});
// --8<-- [end:vite]
