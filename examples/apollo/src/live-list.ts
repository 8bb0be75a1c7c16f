// --8<-- [start:live-list]
// A list with pages that stays live. See "Lists that stay live" in docs/live-updates.md of the gateway.

interface Edge {
  node: { id: string };
}

interface List<E extends Edge> {
  edges: E[];
  pageInfo: { hasNextPage: boolean };
}

interface ListChange<E extends Edge, L extends List<E>> {
  connection: L;
  isSnapshot: boolean;
  added: { index: number; edge: E }[];
  moved: { index: number; edge: E }[];
  changed: { edge: E }[];
  removed: string[];
}

/** The client's list after an event. It may hold more pages than the window that events are about. */
export function applied<E extends Edge, L extends List<E>>(list: L, event: ListChange<E, L>): L {
  const { connection, isSnapshot, added, moved, changed, removed } = event;
  if (isSnapshot || !connection.pageInfo.hasNextPage) return connection;
  const put = [...added, ...moved].sort((one, other) => one.index - other.index);
  const taken = new Set([...removed, ...put.map(({ edge }) => edge.node.id)]);
  const newer = new Map(changed.map(({ edge }) => [edge.node.id, edge]));
  const edges = list.edges.filter(({ node }) => !taken.has(node.id)).map((edge) => newer.get(edge.node.id) ?? edge);
  for (const { index, edge } of put) edges.splice(index, 0, edge);
  return { ...connection, edges, pageInfo: list.pageInfo };
}
// --8<-- [end:live-list]
