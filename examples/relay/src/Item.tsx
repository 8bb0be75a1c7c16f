import { useState } from "react";
import { graphql, useFragment } from "react-relay";
import type { Item_item$key } from "./__generated__/Item_item.graphql";
import { CancelDialog } from "./CancelDialog";
import { Picture, Status, when } from "./format";
import { Tickets } from "./Tickets";

/** What the customer should know of a cancellation that was requested here. */
const CANCELLATIONS: Record<string, string> = {
  UNCONFIRMED: "Your cancellation was sent. It is not known yet whether it was accepted. You need not do anything.",
  PENDING: "The venue has yet to confirm your cancellation.",
  REFUSED: "The venue has refused your cancellation.",
  NOT_TAKEN: "Your cancellation had no effect. You can try again.",
};

const REASONS: Record<string, string> = {
  WINDOW_PASSED: "It is too late to cancel.",
  NOT_REFUNDABLE: "This booking cannot be cancelled: its price is not refundable.",
  NOT_YET_BOOKED: "The seller has yet to approve this booking.",
};

/** An item of a booking, with its tickets and the button that cancels it. */
export function Item({ orderId, item }: { orderId: string; item: Item_item$key }) {
  const [isCancelling, setCancelling] = useState(false);
  const data = useFragment(
    graphql`
      fragment Item_item on OrderItem {
        id status statusText isPresentlyCancellable cancellableUntil cancellationBlockedBecause
        cancellation {
          state
          expectedRefund { formatted }
        }
        cancellationMessage customerNotice calendarUrl
        price { formatted }
        session {
          name startDate timeZone eventStatus
          images { url }
          venue { name formattedAddress mapUrl directionsUrl }
        }
        ...Tickets_item
      }
    `,
    item,
  );
  const { session } = data;
  const venue = session?.venue;
  const title = session?.name ?? "Booked item";
  const isOver = ["CUSTOMER_CANCELLED", "SELLER_CANCELLED", "ATTENDEE_ABSENT"].includes(data.status);
  const state = data.cancellation?.state ?? "";
  const refund = state === "PENDING" && data.cancellation?.expectedRefund;
  return (
    <article className="card item" aria-labelledby={data.id}>
      <div className="row">
        <Picture url={session?.images[0]?.url} />
        <div>
          <h2 id={data.id}>{title}</h2>
          {session && (
            <p>
              <time dateTime={session.startDate ?? undefined}>{when(session.startDate, session.timeZone)}</time>
              {session.eventStatus === "EVENT_CANCELLED" && " (will not take place)"}
            </p>
          )}
          <p>
            <Status status={data.status} text={data.statusText} /> {data.price?.formatted}
          </p>
        </div>
      </div>
      {venue && (
        <p>
          {venue.name}
          {venue.formattedAddress && `, ${venue.formattedAddress}`}
        </p>
      )}
      <p className="links">
        {!isOver && data.calendarUrl && <a href={data.calendarUrl}>Add to calendar</a>}
        {venue?.mapUrl && <a href={venue.mapUrl}>Map</a>}
        {venue?.directionsUrl && <a href={venue.directionsUrl}>Directions</a>}
      </p>
      {data.customerNotice && <p className="change">{data.customerNotice}</p>}
      {data.cancellationMessage && <p className="change">The seller says: {data.cancellationMessage}</p>}
      {!isOver && <Tickets item={data} />}
      {CANCELLATIONS[state] && (
        <p className="change">
          {CANCELLATIONS[state]}
          {refund && ` You should get back ${refund.formatted}.`}
        </p>
      )}
      {data.isPresentlyCancellable ? (
        <p className="actions">
          <button onClick={() => setCancelling(true)} aria-label={`Cancel ${title}`}>
            Cancel …
          </button>
          {data.cancellableUntil && (
            <span className="hint">until {when(data.cancellableUntil, session?.timeZone)}</span>
          )}
        </p>
      ) : (
        !isOver && <p className="hint">{REASONS[data.cancellationBlockedBecause ?? ""]}</p>
      )}
      {isCancelling && (
        <CancelDialog orderId={orderId} itemId={data.id} title={title} onClose={() => setCancelling(false)} />
      )}
    </article>
  );
}
