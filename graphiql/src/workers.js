// GraphiQL's own setup modules load these workers from a CDN, or need another bundler.
const FILES = { graphql: "graphql.worker.js", json: "json.worker.js" };

globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    return new Worker(new URL(FILES[label] ?? "editor.worker.js", import.meta.url));
  },
};
