// The schema for completion and documentation. It needs no token, unlike an introspection query.
import { buildSchema, introspectionFromSchema } from "graphql";

/** The result of an introspection query, from the SDL; null where the gateway serves none. */
export async function introspected() {
  const response = await fetch("schema.graphql");
  return response.ok ? { data: introspectionFromSchema(buildSchema(await response.text())) } : null;
}

/** The same with its types in alphabetical order, as the documentation lists them. */
export function sorted(result) {
  const schema = result?.data?.__schema;
  if (!schema) return result;
  const types = [...schema.types].sort((one, other) => (one.name < other.name ? -1 : 1));
  return { ...result, data: { ...result.data, __schema: { ...schema, types } } };
}
