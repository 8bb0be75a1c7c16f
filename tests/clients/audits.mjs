// Runs the audits of graphql-http, which test a server against the GraphQL over HTTP specification.
import { auditServer } from 'graphql-http';

const [url] = process.argv.slice(2);
const results = await auditServer({ url, fetchFn: fetch });
const failed = results.filter(({ status }) => status !== 'ok');
console.log(JSON.stringify({
  passed: results.length - failed.length,
  total: results.length,
  failed: failed.map(({ id, name, status, reason }) => `${status} ${id} ${name}: ${reason}`),
}));
