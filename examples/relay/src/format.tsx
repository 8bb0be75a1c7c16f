// Dates, statuses, pictures and countdowns as people see them.
import { useEffect, useState } from "react";

const TIME_ZONE = "Europe/London";

/** Date and time at the venue. */
export function when(start: string | null | undefined, timeZone: string | null | undefined) {
  if (!start) return "Date not known";
  if (start.length === 10) return formatted(start, { timeZone: "UTC" });
  return formatted(start, { timeZone: timeZone ?? TIME_ZONE, hour: "2-digit", minute: "2-digit" });
}

function formatted(date: string, options: Intl.DateTimeFormatOptions) {
  const day = { weekday: "short", day: "numeric", month: "short", year: "numeric" } as const;
  return new Intl.DateTimeFormat("en-GB", { ...day, ...options }).format(new Date(date));
}

const STATUSES: Record<string, [text: string, tone: string]> = {
  ORDER_ITEM_CONFIRMED: ["Booked", "good"],
  ORDER_ITEM_PROPOSED: ["Awaiting approval", "open"],
  CUSTOMER_CANCELLATION_PENDING: ["Cancellation requested", "open"],
  CUSTOMER_CANCELLED: ["Cancelled", "over"],
  SELLER_CANCELLED: ["Cancelled by the seller", "over"],
  ATTENDEE_ATTENDED: ["Attended", "over"],
  ATTENDEE_ABSENT: ["Missed", "over"],
};

/** Later versions of the gateway may have further statuses. */
export function Status({ status, text }: { status: string; text?: string | null }) {
  const [label, tone] = STATUSES[status] ?? [text ?? "Status not known", "open"];
  return <span className={`status ${tone}`}>{label}</span>;
}

/** A picture that only decorates: the title beside it says the same. */
export function Picture({ url }: { url: string | null | undefined }) {
  return url ? <img className="picture" src={url} alt="" loading="lazy" /> : <span className="picture" />;
}

/** Time left until an instant, for example 9:58. `onEnd` is called with the instant once it has passed. */
export function Countdown({ until, onEnd }: { until: string; onEnd: (until: string) => void }) {
  const [left, setLeft] = useState(() => secondsUntil(until));
  useEffect(() => {
    const timer = setInterval(() => setLeft(secondsUntil(until)), 1_000);
    return () => clearInterval(timer);
  }, [until]);
  useEffect(() => {
    if (left === 0) onEnd(until);
  }, [left, until, onEnd]);
  return <span role="timer">{`${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`}</span>;
}

function secondsUntil(instant: string) {
  return Math.max(0, Math.ceil((Date.parse(instant) - Date.now()) / 1_000));
}
