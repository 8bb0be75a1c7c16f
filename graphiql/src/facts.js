// What this gateway says of itself in the page: see `add_graphiql` in gateway/http/graphiql.py.
const { docs = null, demo = null } = JSON.parse(document.getElementById("graphiql").dataset.facts);

export { demo, docs };
