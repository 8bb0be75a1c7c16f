import { useEffect, useMemo, useState } from "react";
import { graphql, useFragment, useLazyLoadQuery, useSubscription } from "react-relay";
import type { BookingChangesSubscription } from "./__generated__/BookingChangesSubscription.graphql";
import type { BookingQuery } from "./__generated__/BookingQuery.graphql";
import type { Booking_order$key } from "./__generated__/Booking_order.graphql";
import { when } from "./format";
import { Item } from "./Item";
import { fetchPolicy, Title } from "./states";

const BEFORE_LINKS_EXPIRE_MS = 20_000;

export function Booking({ id, attempt }: { id: string; attempt: number }) {
  const [refresh, setRefresh] = useState(0);
  const { node } = useLazyLoadQuery<BookingQuery>(
    graphql`
      query BookingQuery($id: ID!) @throwOnFieldError {
        node(id: $id) {
          ...Booking_order @alias(as: "booking")
          ... on OrderItem @alias(as: "item") {
            order { ...Booking_order }
          }
        }
      }
    `,
    { id },
    { fetchKey: `${attempt} ${refresh}`, fetchPolicy: fetchPolicy(attempt) },
  );
  const order = node?.booking ?? node?.item?.order;
  if (!order) {
    return (
      <>
        <Title>No such booking</Title>
        <p className="notice">
          This booking does not exist, or it is not yours. <a href="#/">Your bookings</a>
        </p>
      </>
    );
  }
  return <Order order={order} onLinksExpire={() => setRefresh(refresh + 1)} />;
}

function Order({ order, onLinksExpire }: { order: Booking_order$key; onLinksExpire: () => void }) {
  const data = useFragment(
    graphql`
      fragment Booking_order on Order {
        id orderNumber orderDate
        totalPaymentDue { formatted }
        seller { name telephone }
        items {
          id
          accessPasses { imageExpiresAt }
          ...Item_item
        }
        receipts { id dateCreated url urlExpiresAt }
      }
    `,
    order,
  );
  const messages = useChanges(data.id);
  const expiries = [
    ...data.receipts.map(({ urlExpiresAt }) => urlExpiresAt),
    ...data.items.flatMap(({ accessPasses }) => accessPasses.map(({ imageExpiresAt }) => imageExpiresAt)),
  ];
  useExpiry(expiries, onLinksExpire);

  return (
    <>
      <p className="hint">
        <a href="#/">All bookings</a>
      </p>
      <Title>{`Booking ${data.orderNumber ?? ""}`}</Title>
      <p className="hint">
        Booked {when(data.orderDate, null)}
        {data.seller?.name && ` with ${data.seller.name}`}
        {data.seller?.telephone && `, ${data.seller.telephone}`}
      </p>
      <div role="status">
        {messages.map((message, index) => <p className="change" key={index}>{message}</p>)}
      </div>
      {data.items.map((item) => (
        <Item key={item.id} orderId={data.id} item={item} />
      ))}
      <section className="card" aria-labelledby="payment">
        <h2 id="payment">Payment</h2>
        <p>Total {data.totalPaymentDue?.formatted ?? "not known"}</p>
        {!data.receipts.length && <p className="hint">There is no receipt yet.</p>}
        <ul>
          {data.receipts.map(({ id: receiptId, url, dateCreated }) => (
            <li key={receiptId}>
              <a href={url} target="_blank" rel="noreferrer">
                Receipt{dateCreated && ` of ${when(dateCreated, null)}`} (PDF)
              </a>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

// --8<-- [start:live]
/** Follow the order: its fields update themselves in the store. Returns what has changed, as sentences. */
function useChanges(id: string): string[] {
  const [messages, setMessages] = useState<string[]>([]);
  const config = useMemo(
    () => ({
      subscription: graphql`
        subscription BookingChangesSubscription($id: ID!) {
          orderChanges(id: $id) {
            order { ...Booking_order }
            changes { message }
          }
        }
      `,
      variables: { id },
      onNext: (event: BookingChangesSubscription["response"] | null | undefined) => {
        const news = event?.orderChanges?.changes.map(({ message }) => message) ?? [];
        if (news.length) setMessages((earlier) => [...news, ...earlier].slice(0, 4));
      },
    }),
    [id],
  );
  useSubscription<BookingChangesSubscription>(config);
  return messages;
}
// --8<-- [end:live]

/** Links to receipts and pictures of tickets expire; the page asks for new ones before they do. */
function useExpiry(expiries: (string | null | undefined)[], onExpire: () => void) {
  const earliest = Math.min(...expiries.map((expiry) => (expiry ? Date.parse(expiry) : Infinity)));
  useEffect(() => {
    if (earliest === Infinity) return;
    const timer = setTimeout(onExpire, Math.max(60_000, earliest - Date.now() - BEFORE_LINKS_EXPIRE_MS));
    return () => clearTimeout(timer);
  }, [earliest, onExpire]);
}
