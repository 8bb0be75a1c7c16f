import { useQuery, useSubscription } from "@apollo/client/react";
import { useEffect, useState } from "react";
import { CancelDialog } from "./CancelDialog";
import { longDate, longDateAndTime } from "./format";
import { graphql } from "./gql";
import type { DetailsFragment } from "./gql/graphql";
import { ItemLine, Loading, Problem, Screen } from "./parts";
import { Ticket } from "./Ticket";

const MOST_MESSAGES = 5;
/** The clock of this device may be wrong. */
const LEAST_WAIT_MS = 30_000;

const BOOKING = graphql(`
  query Booking($id: ID!) {
    order(id: $id) { ...Details }
  }
`);

// --8<-- [start:subscription]
const BOOKING_CHANGES = graphql(`
  subscription BookingChanges($id: ID!) {
    orderChanges(id: $id) {
      changes { code message }
      order { ...Details }
    }
  }
`);
// --8<-- [end:subscription]

const ORDER_OF_ITEM = graphql(`
  query OrderOfItem($id: ID!) {
    node(id: $id) {
      id
      ... on OrderItem { order { id } }
    }
  }
`);

/** The booking that an item belongs to. */
export function BookingOfItem({ id }: { id: string }) {
  const { data, error, loading, refetch } = useQuery(ORDER_OF_ITEM, { variables: { id } });
  const order = data?.node && "order" in data.node ? data.node.order : undefined;
  if (order) return <Booking id={order.id} />;
  return (
    <Screen title="Booking">
      {error && <Problem error={error} isPartial={false} retry={refetch} />}
      {loading ? <Loading what="the booking" /> : !error && <p className="empty">There is no such booking.</p>}
    </Screen>
  );
}

export function Booking({ id }: { id: string }) {
  // Links to files expire, so that those of the cache may be too old.
  const { data, error, loading, refetch } = useQuery(BOOKING, { variables: { id }, fetchPolicy: "cache-and-network" });
  const [messages, setMessages] = useState<string[]>([]);
  // --8<-- [start:live]
  // The order in each event updates the cache, and with it the page.
  useSubscription(BOOKING_CHANGES, {
    variables: { id },
    errorPolicy: "all",
    ignoreResults: true,
    onData: ({ data: { data: event } }) => {
      const news = event?.orderChanges?.changes.map(({ message }) => message) ?? [];
      if (news.length) setMessages((before) => [...news, ...before].slice(0, MOST_MESSAGES));
    },
  });
  // --8<-- [end:live]
  const order = data?.order;
  useRenewedLinks(order, refetch);

  return (
    <Screen title={order?.orderNumber ? `Booking ${order.orderNumber}` : "Booking"}>
      {error && <Problem error={error} isPartial={Boolean(order)} retry={refetch} />}
      {!order && loading && <Loading what="the booking" />}
      {order === null && !error && <p className="empty">There is no such booking.</p>}
      <ul aria-live="polite" aria-label="Changes" className="changes">
        {messages.map((message, position) => (
          <li key={messages.length - position} className="notice">
            {message}
          </li>
        ))}
      </ul>
      {order && <Details order={order} />}
    </Screen>
  );
}

/** Reads the booking again when the first of its links to receipts expires. */
function useRenewedLinks(order: DetailsFragment | null | undefined, refetch: () => unknown) {
  const expiries = order?.receipts.map(({ urlExpiresAt }) => Date.parse(urlExpiresAt)) ?? [];
  const first = Math.min(...expiries);
  useEffect(() => {
    if (!Number.isFinite(first)) return;
    const timer = setTimeout(() => void refetch(), Math.max(LEAST_WAIT_MS, first - Date.now()));
    return () => clearTimeout(timer);
  }, [first, refetch]);
}

function Details({ order }: { order: DetailsFragment }) {
  const [cancelled, setCancelled] = useState<string>();
  return (
    <>
      <ul className="cards">
        {order.items.map((item) => (
          <li key={item.id} className="card">
            <ItemLine item={item}>
              {item.session?.venue?.mapUrl && (
                <p>
                  <a href={item.session.venue.mapUrl}>{item.session.venue.formattedAddress ?? "Map"}</a>
                </p>
              )}
            </ItemLine>
            {item.customerNotice && <p className="notice">{item.customerNotice}</p>}
            {item.cancellationMessage && <p className="notice bad">{item.cancellationMessage}</p>}
            {item.status === "ORDER_ITEM_CONFIRMED" && <Ticket ticket={item} />}
            <div className="actions">
              {item.isPresentlyCancellable && (
                <button onClick={() => setCancelled(item.id)}>Cancel this session</button>
              )}
              {item.isPresentlyCancellable && item.cancellableUntil && (
                <p>You can cancel until {longDateAndTime(item.cancellableUntil, item.session?.timeZone)}.</p>
              )}
            </div>
            {cancelled === item.id && (
              <CancelDialog orderId={order.id} item={item} onClose={() => setCancelled(undefined)} />
            )}
          </li>
        ))}
      </ul>
      <Payment order={order} />
    </>
  );
}

function Payment({ order }: { order: DetailsFragment }) {
  return (
    <section className="card" aria-labelledby="payment">
      <h2 id="payment">Payment</h2>
      <dl>
        <dt>Total</dt>
        <dd>{order.totalPaymentDue?.formatted ?? "unknown"}</dd>
        <dt>Booked</dt>
        <dd>{order.orderDate ? longDate(order.orderDate) : "unknown"}</dd>
        {order.confirmationNumber && (
          <>
            <dt>Confirmation</dt>
            <dd>{order.confirmationNumber}</dd>
          </>
        )}
        {order.seller && (
          <>
            <dt>Sold by</dt>
            <dd>
              {order.seller.name} {order.seller.telephone}
            </dd>
          </>
        )}
        <dt>Receipts</dt>
        <dd>
          {order.receipts.length === 0 && "none yet"}
          {order.receipts.map((receipt) => (
            <a key={receipt.id} href={receipt.url} target="_blank" rel="noreferrer">
              Receipt{receipt.dateCreated && ` of ${longDate(receipt.dateCreated)}`}
            </a>
          ))}
        </dd>
      </dl>
    </section>
  );
}
