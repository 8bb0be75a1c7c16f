import { graphql, useFragment } from "react-relay";
import type { ItemCard_item$key } from "./__generated__/ItemCard_item.graphql";
import { Picture, Status, when } from "./format";
import { linkTo } from "./route";

/** A booked item in a list. Its order is not selected: that would cost a request to imin for each order. */
export function ItemCard({ item }: { item: ItemCard_item$key }) {
  const data = useFragment(
    graphql`
      fragment ItemCard_item on OrderItem {
        id status statusText
        session {
          name startDate timeZone attendanceMode
          venue { name }
          images { url }
        }
        price { formatted }
      }
    `,
    item,
  );
  const { session } = data;
  return (
    <li className="card row">
      <Picture url={session?.images[0]?.url} />
      <div>
        <h2>
          <a href={linkTo(data.id)}>{session?.name ?? "Booked item"}</a>
        </h2>
        <p>
          <time dateTime={session?.startDate ?? undefined}>{when(session?.startDate, session?.timeZone)}</time>
          <br />
          {session?.attendanceMode === "ONLINE_EVENT_ATTENDANCE_MODE" ? "Online" : session?.venue?.name}
        </p>
        <p>
          <Status status={data.status} text={data.statusText} /> {data.price?.formatted}
        </p>
      </div>
    </li>
  );
}
