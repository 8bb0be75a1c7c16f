// Options of Relay's environment that depend on the schema. Works with relay-runtime 21.
import { lookups } from "./cache.js";

const ROOT_TYPE = "__Root";

/**
 * Queries for one object by its id find it in the store if a list has already brought it.
 *
 *   new Environment({ network, store, missingFieldHandlers })
 */
export const missingFieldHandlers = [
  {
    kind: "linked",
    handle: (field, record, args) =>
      record?.getType() === ROOT_TYPE && field.name in lookups && args.id ? args.id : undefined,
  },
];
