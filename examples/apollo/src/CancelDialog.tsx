import { useMutation, useQuery } from "@apollo/client/react";
import { useEffect, useId, useRef, useState } from "react";
import { clock } from "./format";
import { graphql } from "./gql";
import type { CancelMutation, ItemFragment, PreviewFragment } from "./gql/graphql";
import { messageOf } from "./links";
import { Loading, Problem } from "./parts";

// --8<-- [start:preview]
export const PREVIEW = graphql(`
  fragment Preview on CancellationPreview {
    token
    isPermitted
    validUntil
    refund { formatted }
    totalAfter { formatted }
  }
`);

const CANCELLATION_PREVIEW = graphql(`
  query CancellationPreview($orderId: ID!, $orderItemIds: [ID!]!) {
    cancellationPreview(orderId: $orderId, orderItemIds: $orderItemIds) { ...Preview }
  }
`);
// --8<-- [end:preview]

// --8<-- [start:cancel]
const CANCEL = graphql(`
  mutation Cancel($input: CancelOrderItemsInput!) {
    cancelOrderItems(input: $input) {
      result {
        __typename
        ... on CancellationOutcome { code message orderItems { ...Item } }
        ... on CancellationTermsChangedError { preview { ...Preview } }
      }
    }
  }
`);
// --8<-- [end:cancel]

type Result = NonNullable<CancelMutation["cancelOrderItems"]>["result"];

interface Props {
  orderId: string;
  item: ItemFragment;
  onClose: () => void;
}

/** Shows what a cancellation gives back, holds the gateway to it, and says how it went. */
export function CancelDialog({ orderId, item, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const ids = { orderId, orderItemIds: [item.id] };
  const preview = useQuery(CANCELLATION_PREVIEW, { variables: ids, fetchPolicy: "network-only" });
  // --8<-- [start:key]
  // One key for this dialog: a second click, or another attempt after a lost network, cancels nothing twice.
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const [cancel, { data, error, loading }] = useMutation(CANCEL);
  const result = data?.cancelOrderItems?.result;
  const confirm = (previewToken: string) =>
    void cancel({ variables: { input: { ...ids, previewToken, idempotencyKey } } });
  // --8<-- [end:key]
  const changed = result?.__typename === "CancellationTermsChangedError" ? result.preview : undefined;
  const terms = changed ?? preview.data?.cancellationPreview;

  useEffect(() => dialog.current?.showModal(), []);

  return (
    <dialog ref={dialog} aria-labelledby={title} onClose={onClose}>
      <h2 id={title}>Cancel {item.session?.name ?? "this session"}?</h2>
      {preview.error && <Problem error={preview.error} isPartial={Boolean(terms)} retry={preview.refetch} />}
      {!terms && preview.loading && <Loading what="the terms" />}
      <div aria-live="polite">
        {result && <Outcome result={result} />}
        {error && (
          <p className="notice bad">
            It is not known whether this arrived: {messageOf(error)} You can safely try again.
          </p>
        )}
      </div>
      {terms && !isOver(result) && (
        <Terms key={terms.token} terms={terms} isBusy={loading} confirm={confirm} expired={preview.refetch} />
      )}
      <button onClick={() => dialog.current?.close()}>{isOver(result) ? "Close" : "Keep the booking"}</button>
    </dialog>
  );
}

/** Whether nothing can be confirmed any more in this dialog. */
function isOver(result: Result | undefined): boolean {
  return (
    result !== undefined &&
    result.__typename !== "CancellationTermsChangedError" &&
    result.__typename !== "CancellationUnavailableError"
  );
}

// --8<-- [start:outcome]
const TONES: Partial<Record<Result["__typename"], string>> = {
  CancellationPending: "good",
  AlreadyCancelled: "good",
  CancellationUnconfirmedError: "waiting",
};

/** Every outcome has a message for the customer, also one of a later version. */
function Outcome({ result }: { result: Result }) {
  return <p className={`notice ${TONES[result.__typename] ?? "bad"}`}>{result.message}</p>;
}
// --8<-- [end:outcome]

interface TermsProps {
  terms: PreviewFragment;
  isBusy: boolean;
  confirm: (token: string) => void;
  expired: () => unknown;
}

function Terms({ terms, isBusy, confirm, expired }: TermsProps) {
  const { token, validUntil } = terms;
  const seconds = useCountdown(validUntil, expired);
  if (!terms.isPermitted || !token) return <p className="notice bad">This can no longer be cancelled.</p>;
  return (
    <>
      <dl>
        <dt>You get back</dt>
        <dd>{terms.refund?.formatted ?? "not known before the venue confirms"}</dd>
        <dt>Total afterwards</dt>
        <dd>{terms.totalAfter?.formatted ?? "not known"}</dd>
      </dl>
      {seconds !== undefined && (
        <p role="timer">
          These terms hold for <strong>{clock(seconds)}</strong>
        </p>
      )}
      <button className="danger" disabled={isBusy} onClick={() => confirm(token)}>
        {isBusy ? "Cancelling …" : "Cancel the session"}
      </button>
    </>
  );
}

// --8<-- [start:countdown]
/** The whole seconds that are left. Calls `expired` when there are none. */
function useCountdown(until: string | null | undefined, expired: () => unknown): number | undefined {
  const [now, setNow] = useState(Date.now);
  const seconds = until ? Math.max(0, Math.ceil((Date.parse(until) - now) / 1_000)) : undefined;
  const isOver = seconds === 0;
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (isOver) void expired();
  }, [isOver, expired]);
  return seconds;
}
// --8<-- [end:countdown]
