import { graphql, useFragment, useLazyLoadQuery, usePaginationFragment } from "react-relay";
import type { HistoryPageQuery } from "./__generated__/HistoryPageQuery.graphql";
import type { HistoryQuery } from "./__generated__/HistoryQuery.graphql";
import type { History_customer$key } from "./__generated__/History_customer.graphql";
import type { History_order$key } from "./__generated__/History_order.graphql";
import { Status, when } from "./format";
import { More } from "./More";
import { linkTo } from "./route";
import { fetchPolicy, Title } from "./states";

export function History({ attempt }: { attempt: number }) {
  const { viewer } = useLazyLoadQuery<HistoryQuery>(
    graphql`
      query HistoryQuery {
        viewer { ...History_customer }
      }
    `,
    {},
    { fetchKey: attempt, fetchPolicy: fetchPolicy(attempt) },
  );
  return (
    <>
      <Title>History</Title>
      {viewer && <Orders customer={viewer} />}
    </>
  );
}

function Orders({ customer }: { customer: History_customer$key }) {
  const { data, hasNext, isLoadingNext, loadNext } = usePaginationFragment<HistoryPageQuery, History_customer$key>(
    graphql`
      fragment History_customer on Customer
      @throwOnFieldError
      @refetchable(queryName: "HistoryPageQuery")
      @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" }) {
        orders(first: $count, after: $cursor) @connection(key: "History_orders") {
          totalCount
          edges { node { id ...History_order } }
        }
      }
    `,
    customer,
  );
  const { edges, totalCount } = data.orders;
  if (!edges.length) return <p className="notice">You have not booked anything yet.</p>;
  return (
    <>
      <p className="hint">{totalCount.toLocaleString("en-GB")} bookings, newest first</p>
      <ul className="list">
        {edges.map(({ node }) => (
          <OrderRow key={node.id} order={node} />
        ))}
      </ul>
      <More {...{ hasNext, isLoadingNext }} onMore={(onComplete) => loadNext(10, { onComplete })} />
    </>
  );
}

function OrderRow({ order }: { order: History_order$key }) {
  const data = useFragment(
    graphql`
      fragment History_order on Order {
        id orderNumber orderDate
        totalPaymentDue { formatted }
        items {
          id status statusText
          session { name }
        }
      }
    `,
    order,
  );
  return (
    <li className="card order">
      <h2>
        <a href={linkTo(data.id)}>Booking {data.orderNumber}</a>
      </h2>
      <p className="hint">
        {when(data.orderDate, null)}, {data.totalPaymentDue?.formatted ?? "price not known"}
      </p>
      <ul>
        {data.items.map((item) => (
          <li key={item.id}>
            {item.session?.name ?? "Session"} <Status status={item.status} text={item.statusText} />
          </li>
        ))}
      </ul>
    </li>
  );
}
