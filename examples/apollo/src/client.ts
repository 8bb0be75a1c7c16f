// --8<-- [start:client]
import { ApolloClient, ApolloLink, InMemoryCache } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";
import { OperationTypeNode } from "graphql";
import { typePolicies } from "../../../clients/apollo.js";
import possibleTypes from "../../../clients/possibleTypes.json";
import { httpLink } from "./links";
import { liveLink } from "./subscriptions";

declare module "@apollo/client" {
  namespace ApolloClient {
    namespace DeclareDefaultOptions {
      interface WatchQuery {
        errorPolicy: "all";
      }
      interface Query {
        errorPolicy: "all";
      }
      interface Mutate {
        errorPolicy: "all";
      }
    }
  }
}

const cache = new InMemoryCache({ possibleTypes, typePolicies: typePolicies(relayStylePagination) });

export const client = new ApolloClient({
  cache,
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    liveLink,
    httpLink,
  ),
  defaultOptions: {
    // One field that cannot be read is no reason to show nothing of the rest.
    watchQuery: { errorPolicy: "all" },
    query: { errorPolicy: "all" },
    mutate: { errorPolicy: "all" },
  },
});
// --8<-- [end:client]
