import cancel from "./operations/cancel.graphql";
import cancelVariables from "./operations/cancel.json";
import history from "./operations/history.graphql";
import oneOrder from "./operations/one-order.graphql";
import oneOrderVariables from "./operations/one-order.json";

/** The tabs of a first visit. GraphiQL names a tab after its operation. */
export const defaultTabs = [
  tab(history),
  tab(oneOrder, oneOrderVariables),
  tab(cancel, cancelVariables),
];

/** Without the final line break of a file, which the editor would show as an empty line. */
function tab(query, variables = "") {
  return { query: query.trimEnd(), variables: variables.trimEnd() };
}
