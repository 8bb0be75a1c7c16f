// Loading, failed and incomplete, and how to try again.
import { Component, useEffect, useRef, useState, type ReactNode } from "react";
import { GatewayError } from "./environment";

export function Loading({ what = "Loading" }: { what?: string }) {
  return <p role="status">{what} …</p>;
}

/** A heading that is the page's title, and is read first when the page has changed. */
export function Title({ children }: { children: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${children} · My bookings`;
    heading.current?.focus();
  }, [children]);
  return <h1 ref={heading} tabIndex={-1}>{children}</h1>;
}

/** Shows an error in the place of what it concerns. Its children are rendered with the number of the attempt. */
export function Boundary({ title, children }: { title?: string; children: (attempt: number) => ReactNode }) {
  const [attempt, setAttempt] = useState(0);
  return (
    <Catch key={attempt} title={title} onRetry={() => setAttempt(attempt + 1)}>
      {children(attempt)}
    </Catch>
  );
}

/** What has failed stays in the store, so another attempt must not read it there. */
export function fetchPolicy(attempt: number) {
  return attempt ? "network-only" : "store-and-network";
}

interface CatchProps {
  title: string | undefined;
  children: ReactNode;
  onRetry: () => void;
}

class Catch extends Component<CatchProps, { error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    // Relay throws errors of its own for fields that could not be loaded, with messages for developers.
    const message = error instanceof GatewayError ? error.message : "The booking system did not answer.";
    return (
      <>
        {this.props.title && <Title>{this.props.title}</Title>}
        <div className="notice" role="alert">
          <p>{message} Your bookings are safe.</p>
          <button onClick={this.props.onRetry}>Try again</button>
        </div>
      </>
    );
  }
}
