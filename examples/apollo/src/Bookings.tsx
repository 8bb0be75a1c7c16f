import { useQuery, useSubscription } from "@apollo/client/react";
import { graphql } from "./gql";
import { longDate } from "./format";
import { applied } from "./live-list";
import { Loading, Problem, Screen, Status } from "./parts";

const PAGE = { first: 10 };

// --8<-- [start:list]
const BOOKINGS = graphql(`
  query Bookings($first: Int!, $after: String) {
    viewer {
      id
      orders(first: $first, after: $after) { ...BookingList }
    }
  }
`);

export const BOOKING_LIST = graphql(`
  fragment BookingList on OrderConnection {
    totalCount
    edges { ...BookingEdge }
    pageInfo { hasNextPage endCursor }
  }
`);

export const BOOKING_EDGE = graphql(`
  fragment BookingEdge on OrderEdge {
    cursor
    node { ...Card }
  }
`);
// --8<-- [end:list]

// --8<-- [start:subscription]
const BOOKINGS_CHANGED = graphql(`
  subscription BookingsChanged($first: Int!) {
    ordersChanged(first: $first) {
      isSnapshot
      connection { ...BookingList }
      added { index edge { ...BookingEdge } }
      moved { index edge { ...BookingEdge } }
      changed { edge { ...BookingEdge } }
      removed
    }
  }
`);
// --8<-- [end:subscription]

export function Bookings() {
  // --8<-- [start:paging]
  const { data, error, loading, fetchMore, refetch } = useQuery(BOOKINGS, { variables: PAGE });
  const list = data?.viewer?.orders;
  const showMore = () => fetchMore({ variables: { after: list?.pageInfo.endCursor } });
  // --8<-- [end:paging]
  // --8<-- [start:live]
  useSubscription(BOOKINGS_CHANGED, {
    variables: PAGE,
    errorPolicy: "all",
    ignoreResults: true,
    onData: ({ client, data: { data: event } }) => {
      const change = event?.ordersChanged;
      if (!change) return;
      client.cache.updateQuery({ query: BOOKINGS, variables: PAGE }, (before) => {
        const list = before?.viewer?.orders;
        return list && { viewer: { ...before.viewer!, orders: applied(list, change) } };
      });
    },
  });
  // --8<-- [end:live]

  return (
    <Screen title="Bookings">
      {error && <Problem error={error} isPartial={Boolean(list)} retry={refetch} />}
      {!list && loading && <Loading what="your bookings" />}
      {list && (
        <p className="count" aria-live="polite">
          {list.totalCount === 0 ? "You have no bookings yet." : `${list.edges.length} of ${list.totalCount}`}
        </p>
      )}
      <ul className="cards">
        {list?.edges.map(({ node: order }) => (
          <li key={order.id} className="card">
            <a href={`#/bookings/${order.id}`} className="cover">
              <h2>Booking {order.orderNumber}</h2>
              <p>
                {order.orderDate && longDate(order.orderDate)} · {order.totalPaymentDue?.formatted}
              </p>
              <ul className="lines">
                {order.items.map((item) => (
                  <li key={item.id}>
                    <span>{item.session?.name ?? "Booking"}</span>
                    <Status item={item} />
                  </li>
                ))}
              </ul>
            </a>
          </li>
        ))}
      </ul>
      {list?.pageInfo.hasNextPage && (
        <button disabled={loading} onClick={() => void showMore()}>
          Show more
        </button>
      )}
    </Screen>
  );
}
