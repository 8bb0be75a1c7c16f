import { useMemo } from "react";
import { graphql, useLazyLoadQuery, usePaginationFragment, useSubscription } from "react-relay";
import { ConnectionHandler, type RecordProxy, type RecordSourceSelectorProxy } from "relay-runtime";
import type { UpcomingChangesSubscription } from "./__generated__/UpcomingChangesSubscription.graphql";
import type { UpcomingPageQuery } from "./__generated__/UpcomingPageQuery.graphql";
import type { UpcomingQuery } from "./__generated__/UpcomingQuery.graphql";
import type { Upcoming_customer$key } from "./__generated__/Upcoming_customer.graphql";
import { ItemCard } from "./ItemCard";
import { More } from "./More";
import { fetchPolicy, Title } from "./states";

const WINDOW = 10;
const LIST = "Upcoming_upcomingOrderItems";

export function Upcoming({ attempt }: { attempt: number }) {
  const { viewer } = useLazyLoadQuery<UpcomingQuery>(
    // A list that cannot be loaded is thrown to the boundary; a missing name does not matter.
    graphql`
      query UpcomingQuery @throwOnFieldError {
        viewer { givenName @catch(to: NULL) ...Upcoming_customer }
      }
    `,
    {},
    { fetchKey: attempt, fetchPolicy: fetchPolicy(attempt) },
  );
  if (!viewer) return <Title>This token is of a service, not of a customer</Title>;
  return (
    <>
      <Title>{viewer.givenName ? `Hello, ${viewer.givenName}` : "Upcoming"}</Title>
      <UpcomingList customer={viewer} />
    </>
  );
}

// --8<-- [start:pagination]
function UpcomingList({ customer }: { customer: Upcoming_customer$key }) {
  const { data, hasNext, isLoadingNext, loadNext } = usePaginationFragment<UpcomingPageQuery, Upcoming_customer$key>(
    graphql`
      fragment Upcoming_customer on Customer
      @throwOnFieldError
      @refetchable(queryName: "UpcomingPageQuery")
      @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" }) {
        id
        upcomingOrderItems(first: $count, after: $cursor) @connection(key: "Upcoming_upcomingOrderItems") {
          totalCount
          edges { node { id ...ItemCard_item } }
        }
      }
    `,
    customer,
  );
  useListChanges(data.id);
  const { edges, totalCount } = data.upcomingOrderItems;
  if (!edges.length) return <p className="notice">You have no upcoming bookings.</p>;
  return (
    <>
      <p className="hint">{totalCount} upcoming</p>
      <ul className="list">
        {edges.map(({ node }) => (
          <ItemCard key={node.id} item={node} />
        ))}
      </ul>
      <More {...{ hasNext, isLoadingNext }} onMore={(onComplete) => loadNext(WINDOW, { onComplete })} />
    </>
  );
}
// --8<-- [end:pagination]

// --8<-- [start:live-list]
/** Follow the first window of the list. Changed items update themselves in the store; this moves, adds and removes. */
function useListChanges(customerId: string) {
  const config = useMemo(
    () => ({
      subscription: graphql`
        subscription UpcomingChangesSubscription($first: Int!) {
          upcomingOrderItemsChanged(first: $first) {
            isSnapshot
            connection {
              totalCount
              edges { ...Upcoming_edge @relay(mask: false) }
              pageInfo { hasNextPage endCursor }
            }
            added {
              index
              edge { ...Upcoming_edge @relay(mask: false) }
            }
            moved {
              index
              edge { ...Upcoming_edge @relay(mask: false) }
            }
            changed { edge { ...Upcoming_edge @relay(mask: false) } }
            removed
          }
        }
      `,
      variables: { first: WINDOW },
      updater: (store: RecordSourceSelectorProxy) => applyChange(store, customerId),
    }),
    [customerId],
  );
  useSubscription<UpcomingChangesSubscription>(config);
}

graphql`
  fragment Upcoming_edge on OrderItemEdge {
    cursor
    node { id ...ItemCard_item }
  }
`;

function applyChange(store: RecordSourceSelectorProxy, customerId: string) {
  const change = store.getRootField("upcomingOrderItemsChanged");
  const customer = store.get(customerId);
  const list = customer && ConnectionHandler.getConnection(customer, LIST);
  const now = change?.getLinkedRecord("connection");
  if (!change || !list || !now) return;

  const copy = (edge: RecordProxy) => ConnectionHandler.buildConnectionEdge(store, list, edge)!;
  const edges = list.getLinkedRecords("edges") ?? [];
  const first = now.getLinkedRecords("edges") ?? [];
  list.setValue(now.getValue("totalCount"), "totalCount");
  if (change.getValue("isSnapshot") || !now.getLinkedRecord("pageInfo")?.getValue("hasNextPage")) {
    // After a reconnection usually nothing has changed: then further pages stay.
    if (first.every((edge, index) => nodeOf(edge) === (edges[index] && nodeOf(edges[index])))) return;
    list.setLinkedRecords(first.map(copy), "edges");
    list.getLinkedRecord("pageInfo")?.copyFieldsFrom(now.getLinkedRecord("pageInfo")!);
    return;
  }
  const put = [...(change.getLinkedRecords("added") ?? []), ...(change.getLinkedRecords("moved") ?? [])]
    .map((one) => ({ index: Number(one.getValue("index")), edge: copy(one.getLinkedRecord("edge")!) }))
    .sort((one, other) => one.index - other.index);
  const taken = new Set([...(change.getValue("removed") as string[]), ...put.map(({ edge }) => nodeOf(edge))]);
  const next = edges.filter((edge) => !taken.has(nodeOf(edge)!));
  for (const { index, edge } of put) next.splice(index, 0, edge);
  list.setLinkedRecords(next, "edges");
}

function nodeOf(edge: RecordProxy) {
  return edge.getLinkedRecord("node")?.getDataID();
}
// --8<-- [end:live-list]
