import { Suspense, useEffect, useRef, useState } from "react";
import { graphql, useLazyLoadQuery, useMutation } from "react-relay";
import type { CancelDialogMutation } from "./__generated__/CancelDialogMutation.graphql";
import type { CancelDialogPreviewQuery } from "./__generated__/CancelDialogPreviewQuery.graphql";
import { Countdown, when } from "./format";
import { Boundary, Loading } from "./states";

interface CancelDialogProps {
  orderId: string;
  itemId: string;
  title: string;
  onClose: () => void;
}

/** Shows what a cancellation would do, and holds the gateway to it. */
export function CancelDialog({ onClose, title, ...item }: CancelDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="cancel">
      <h2 id="cancel">Cancel {title}?</h2>
      <Boundary>
        {(attempt) => (
          <Suspense fallback={<Loading what="Looking up the terms" />}>
            <Terms {...item} attempt={attempt} onDone={() => dialog.current?.close()} />
          </Suspense>
        )}
      </Boundary>
      <button onClick={() => dialog.current?.close()}>Close</button>
    </dialog>
  );
}

// --8<-- [start:cancel]
interface TermsProps {
  orderId: string;
  itemId: string;
  attempt: number;
  onDone: () => void;
}

function Terms({ orderId, itemId, attempt, onDone }: TermsProps) {
  const [refresh, setRefresh] = useState(0);
  const [message, setMessage] = useState("");
  const [ended, setEnded] = useState<string | null>(null);
  // One key for each dialog: a second click, or an attempt after a lost response, cancels nothing further.
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const { cancellationPreview: preview } = useLazyLoadQuery<CancelDialogPreviewQuery>(
    graphql`
      query CancelDialogPreviewQuery($orderId: ID!, $itemIds: [ID!]!) @throwOnFieldError {
        cancellationPreview(orderId: $orderId, orderItemIds: $itemIds) {
          token validUntil
          refund { formatted }
          totalAfter { formatted }
          items { reason cancellableUntil }
        }
      }
    `,
    { orderId, itemIds: [itemId] },
    { fetchKey: `${attempt} ${refresh}`, fetchPolicy: "network-only" },
  );
  const [commit, isSending] = useMutation<CancelDialogMutation>(graphql`
    mutation CancelDialogMutation($input: CancelOrderItemsInput!) {
      cancelOrderItems(input: $input) {
        result {
          ... on CancellationOutcome {
            code message
            orderItems { ...Item_item }
          }
        }
      }
    }
  `);

  function cancel() {
    setMessage("");
    commit({
      variables: {
        input: { orderId, orderItemIds: [itemId], previewToken: preview?.token, idempotencyKey },
      },
      onCompleted: ({ cancelOrderItems }) => {
        const result = cancelOrderItems?.result;
        if (result?.code === "CANCELLATION_PENDING" || result?.code === "ALREADY_CANCELLED") return onDone();
        setMessage(result?.message ?? "The result is not known. Please try again.");
        if (result?.code === "CANCELLATION_TERMS_CHANGED") setRefresh(refresh + 1);
      },
      // Lost on the way: with the same key it is safe to send it again.
      onError: () => setMessage("It is not known whether this arrived. Please try again."),
    });
  }

  if (!preview?.token || !preview.validUntil) {
    return <p role="alert">{message || "This booking cannot be cancelled any more."}</p>;
  }
  const [item] = preview.items;
  return (
    <>
      <dl>
        <dt>You get back</dt>
        <dd>{preview.refund?.formatted ?? "an amount that the venue decides"}</dd>
        {preview.totalAfter && (
          <>
            <dt>The booking then costs</dt>
            <dd>{preview.totalAfter.formatted}</dd>
          </>
        )}
        {item?.cancellableUntil && (
          <>
            <dt>You can cancel until</dt>
            <dd>{when(item.cancellableUntil, null)}</dd>
          </>
        )}
        <dt>These terms hold for</dt>
        <dd>
          <Countdown key={preview.validUntil} until={preview.validUntil} onEnd={setEnded} />
        </dd>
      </dl>
      {message && <p role="alert">{message}</p>}
      {ended === preview.validUntil ? (
        <button onClick={() => setRefresh(refresh + 1)}>Show the terms of now</button>
      ) : (
        <button className="danger" disabled={isSending} onClick={cancel}>
          {isSending ? "Cancelling …" : "Cancel this session"}
        </button>
      )}
    </>
  );
}
// --8<-- [end:cancel]
