// Parts that several screens share.
import { useEffect, useRef, type ReactNode } from "react";
import type { ItemFragment } from "./gql/graphql";
import { day, longDate, month, time } from "./format";
import { messageOf } from "./links";

/** A screen, with a heading that gets the focus, so that a screen reader says where it is. */
export function Screen({ title, children }: { title: string; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · My bookings`;
    heading.current?.focus();
  }, [title]);
  return (
    <main>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </main>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <div role="status" className="loading">
      <span className="hidden">Loading {what} …</span>
      <div className="skeleton" />
      <div className="skeleton" />
      <div className="skeleton" />
    </div>
  );
}

/** An error: of everything, or of parts beside which the rest is shown. */
export function Problem({ error, isPartial, retry }: { error: Error; isPartial: boolean; retry: () => unknown }) {
  return (
    <div role="alert" className="notice bad">
      <p>
        <strong>{isPartial ? "Some details are missing." : "This could not be loaded."}</strong> {messageOf(error)}
      </p>
      <button onClick={() => void retry()}>Try again</button>
    </div>
  );
}

type Tone = "good" | "waiting" | "bad" | "over";

// UNKNOWN, and values of a later version, show the text of imin.
const STATUSES: Partial<Record<ItemFragment["status"], [string, Tone]>> = {
  ORDER_ITEM_CONFIRMED: ["Confirmed", "good"],
  ORDER_ITEM_PROPOSED: ["Awaiting approval", "waiting"],
  CUSTOMER_CANCELLATION_PENDING: ["Being cancelled", "waiting"],
  CUSTOMER_CANCELLED: ["Cancelled", "over"],
  SELLER_CANCELLED: ["Cancelled by the venue", "bad"],
  ATTENDEE_ATTENDED: ["Attended", "over"],
  ATTENDEE_ABSENT: ["Missed", "over"],
};

export function Status({ item }: { item: ItemFragment }) {
  const [text, tone] = statusOf(item);
  return <span className={`badge ${tone}`}>{text}</span>;
}

function statusOf(item: ItemFragment): [string, Tone] {
  if (item.cancellationBlockedBecause === "CANCELLATION_UNCONFIRMED") return ["Cancellation unconfirmed", "waiting"];
  const known = STATUSES[item.status] ?? [item.statusText ?? "Unknown", "waiting"];
  if (known[1] !== "good") return known;
  if (item.session?.eventStatus === "EVENT_CANCELLED") return ["Session cancelled", "bad"];
  if (item.session?.eventStatus === "EVENT_POSTPONED") return ["Postponed", "bad"];
  return known;
}

/** One item: its date, title, time and venue. */
export function ItemLine({ item, children }: { item: ItemFragment; children?: ReactNode }) {
  const { session } = item;
  const start = session?.startDate;
  return (
    <div className="item">
      <DateTile instant={start} timeZone={session?.timeZone} />
      <div>
        <h2>{session?.name ?? "Booking"}</h2>
        <p>
          {start ? `${longDate(start, session.timeZone)}, ${time(start, session.timeZone)}` : "No date yet"}
          {session?.endDate && `–${time(session.endDate, session.timeZone)}`}
        </p>
        <p>{session?.venue?.name}</p>
        {children}
      </div>
      <Status item={item} />
    </div>
  );
}

function DateTile({ instant, timeZone }: { instant?: string | null; timeZone?: string | null }) {
  return (
    <div className="tile" aria-hidden="true">
      {instant && (
        <>
          <span>{day(instant, timeZone)}</span>
          {month(instant, timeZone)}
        </>
      )}
    </div>
  );
}
