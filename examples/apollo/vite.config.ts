import { defineConfig } from "vite";
import react from "@vitejs/plugin-react";

const gateway = process.env.GATEWAY_URL ?? "http://127.0.0.1:8000";

// --8<-- [start:proxy]
// The page and the gateway have one origin for the browser, so that nothing has to be allowed. WebSockets too.
const proxy = {
  "/graphql": { target: gateway, ws: true },
  "/graphiql/tokens": gateway,
};
// --8<-- [end:proxy]

export default defineConfig({ plugins: [react()], server: { proxy }, preview: { proxy } });
