// The audits of graphql-http: what the GraphQL-over-HTTP specification asks of a server.
import { auditServer } from 'graphql-http';

const [url] = process.argv.slice(2);
const results = await auditServer({ url, fetchFn: fetch });
const failed = results.filter(({ status }) => status !== 'ok');
console.log(JSON.stringify({
  passed: results.length - failed.length,
  total: results.length,
  failed: failed.map(({ id, name, status, reason }) => `${status} ${id} ${name}: ${reason}`),
}));
