import type { TicketFragment } from "./gql/graphql";

/** What lets the customer in: all passes, codes and the link of a virtual session. */
export function Ticket({ ticket }: { ticket: TicketFragment }) {
  const { accessPasses, accessCodes, accessChannel } = ticket;
  return (
    <div className="ticket">
      {accessPasses.map((pass, position) => (
        <Pass key={position} pass={pass} />
      ))}
      {accessCodes.map((code, position) => (
        <p key={position} className="code">
          {code.name ?? "Code"} <strong>{code.description ?? code.value}</strong>
        </p>
      ))}
      {accessChannel?.url && (
        <p>
          <a href={accessChannel.url}>Join online{accessChannel.name && ` with ${accessChannel.name}`}</a>{" "}
          {accessChannel.accessId} {accessChannel.accessCode}
        </p>
      )}
      {ticket.calendarUrl && <a href={ticket.calendarUrl}>Add to calendar</a>}
    </div>
  );
}

// --8<-- [start:ticket]
/** The picture keeps its white edge and its colours in dark mode: scanners need both. */
function Pass({ pass }: { pass: TicketFragment["accessPasses"][number] }) {
  if (pass.image) {
    return (
      <figure className={pass.imageSymbology === "CODE_128" ? "pass wide" : "pass"}>
        <img src={pass.image} alt={`Ticket ${pass.text}`} />
        <figcaption>{pass.text}</figcaption>
      </figure>
    );
  }
  if (pass.url) return <a href={pass.url}>{pass.name ?? "Open the ticket"}</a>;
  return (
    <p>
      {pass.name} {pass.description}
    </p>
  );
}
// --8<-- [end:ticket]
