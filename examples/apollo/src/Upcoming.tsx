import { useQuery, useSubscription } from "@apollo/client/react";
import { graphql } from "./gql";
import { ItemLine, Loading, Problem, Screen } from "./parts";

const WINDOW = { first: 20 };

const UPCOMING = graphql(`
  query Upcoming($first: Int!) {
    viewer {
      id
      upcomingOrderItems(first: $first) { ...UpcomingWindow }
    }
  }
`);

export const UPCOMING_WINDOW = graphql(`
  fragment UpcomingWindow on OrderItemConnection {
    totalCount
    edges { cursor node { ...Item } }
    pageInfo { hasNextPage endCursor }
  }
`);

// --8<-- [start:window]
// The order that an item belongs to is another request to the booking system: it is read when an item is opened.
const UPCOMING_CHANGED = graphql(`
  subscription UpcomingChanged($first: Int!) {
    upcomingOrderItemsChanged(first: $first) { connection { ...UpcomingWindow } }
  }
`);

/** A list that shows only its first window takes the window of each event. */
function useUpcoming() {
  useSubscription(UPCOMING_CHANGED, {
    variables: WINDOW,
    errorPolicy: "all",
    ignoreResults: true,
    onData: ({ client, data: { data } }) => {
      const upcomingOrderItems = data?.upcomingOrderItemsChanged?.connection;
      client.cache.updateQuery({ query: UPCOMING, variables: WINDOW }, (before) =>
        before?.viewer && upcomingOrderItems ? { viewer: { ...before.viewer, upcomingOrderItems } } : undefined,
      );
    },
  });
  return useQuery(UPCOMING, { variables: WINDOW });
}
// --8<-- [end:window]

export function Upcoming() {
  const { data, error, loading, refetch } = useUpcoming();
  const list = data?.viewer?.upcomingOrderItems;

  return (
    <Screen title="Upcoming">
      {error && <Problem error={error} isPartial={Boolean(list)} retry={refetch} />}
      {!list && loading && <Loading what="what is coming up" />}
      {list?.edges.length === 0 && <p className="empty">Nothing is coming up. Time to book something!</p>}
      <ul className="cards">
        {list?.edges.map(({ node }) => (
          <li key={node.id} className="card">
            <a href={`#/items/${node.id}`} className="cover">
              <ItemLine item={node} />
            </a>
          </li>
        ))}
      </ul>
      {list?.pageInfo.hasNextPage && <p>And {list.totalCount - list.edges.length} later ones.</p>}
    </Screen>
  );
}
