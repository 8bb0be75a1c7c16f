// The client kit says what the scalars of the schema are in TypeScript.
const kit = require("../../clients/relay.json");

module.exports = {
  ...kit,
  src: "src",
  schema: "../../schema.graphql",
  language: "typescript",
  eagerEsModules: true,
};
