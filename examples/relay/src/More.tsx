import { useState } from "react";

interface MoreProps {
  hasNext: boolean;
  isLoadingNext: boolean;
  onMore: (onComplete: (error: Error | null) => void) => void;
}

/** The button below a list. */
export function More({ hasNext, isLoadingNext, onMore }: MoreProps) {
  const [error, setError] = useState<Error | null>(null);
  if (!hasNext) return null;
  return (
    <div className="more">
      {error && <p role="alert">{error.message}</p>}
      <button disabled={isLoadingNext} onClick={() => onMore(setError)}>
        {isLoadingNext ? "Loading …" : error ? "Try again" : "Show more"}
      </button>
    </div>
  );
}
