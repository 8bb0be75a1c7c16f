import cancel from "./operations/cancel.graphql";
import cancelVariables from "./operations/cancel.json";
import history from "./operations/history.graphql";
import oneOrder from "./operations/one-order.graphql";
import oneOrderVariables from "./operations/one-order.json";

/** The tabs of a first visit. GraphiQL titles a tab with its operation's name. */
export const defaultTabs = [
  tab(history),
  tab(oneOrder, oneOrderVariables),
  tab(cancel, cancelVariables),
];

/** Without a file's last line break, which the editors show as one more line. */
function tab(query, variables = "") {
  return { query: query.trimEnd(), variables: variables.trimEnd() };
}
