/** Type policies for the whole schema. relayStylePagination: from "@apollo/client/utilities". */
export function typePolicies<Policy>(
  relayStylePagination: (keyArgs: string[]) => Policy,
): Record<string, { keyFields?: false; fields: Record<string, Policy> }>;
