import { graphql, useFragment } from "react-relay";
import type { Tickets_item$key } from "./__generated__/Tickets_item.graphql";

/** What lets the attendee in: every pass and code, and the link of a virtual session. */
export function Tickets({ item }: { item: Tickets_item$key }) {
  const { accessPasses, accessCodes, accessChannels, walletPass } = useFragment(
    graphql`
      fragment Tickets_item on OrderItem {
        accessPasses { text url name description image }
        accessCodes { name description value }
        accessChannels { name description url accessCode }
        walletPass { appleUrl googleUrl }
      }
    `,
    item,
  );
  return (
    <>
      <div className="tickets">
        {accessPasses.map((pass, index) => (
          <figure key={index}>
            {pass.image && <img src={pass.image} alt={`Barcode ${pass.text}`} />}
            {!pass.image && pass.url && <a href={pass.url}>Open the ticket</a>}
            <figcaption>{pass.text ?? pass.name ?? pass.description}</figcaption>
          </figure>
        ))}
      </div>
      {accessCodes.map((code, index) => (
        <p key={index}>
          {code.name ?? "Code"}: <strong>{code.description ?? code.value}</strong>
        </p>
      ))}
      {accessChannels.map((channel, index) => (
        <p key={index}>
          {channel.url ? <a href={channel.url}>Join on {channel.name ?? "the web"}</a> : "The link will appear here."}
          {channel.accessCode && ` Code: ${channel.accessCode}`}
        </p>
      ))}
      {walletPass?.appleUrl && <a href={walletPass.appleUrl}>Add to Apple Wallet</a>}
      {walletPass?.googleUrl && <a href={walletPass.googleUrl}>Add to Google Wallet</a>}
    </>
  );
}
