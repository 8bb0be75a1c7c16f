// Followers of one order, as `node followers.mjs mercurius` or `node followers.mjs graphql-ws`: one poller of the
// order, subscriptions over graphql-transport-ws, tokens verified with RS256 at connection_init.
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeExecutableSchema } from '@graphql-tools/schema';
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { makeContext, resolvers as reads } from './schema.mjs';

const { PORT, ORDER, PUBLIC_KEY, ISSUER, AUDIENCE, POLL_SECONDS } = process.env;
const typeDefs = `${readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')}
type Subscription { orderChanged(id: ID!): Order }`;
const key = createPublicKey(PUBLIC_KEY);

function customerOf(payload) {
  const [head, claims, signature] = (payload?.Authorization ?? '').replace(/^Bearer /, '').split('.');
  const text = Buffer.from(`${head}.${claims}`);
  if (!verify('RSA-SHA256', text, key, Buffer.from(signature ?? '', 'base64url'))) return null;
  const { iss, aud, exp, nbf, sub } = JSON.parse(Buffer.from(claims, 'base64url'));
  const now = Date.now() / 1000;
  return iss === ISSUER && aud === AUDIENCE && nbf <= now && now < exp ? sub : null;
}

// The state that a new follower gets first, and all others when it changes. One topic is enough here.
let order, version;
const waiting = new Set();
let publish = () => { for (const wake of waiting) wake(); waiting.clear(); };

async function poll() {
  const latest = await makeContext().orders.load(ORDER);
  const text = JSON.stringify(latest);
  if (text === version) return;
  [order, version] = [latest, text];
  publish();
}

async function* orders() {
  for (;;) {
    yield { orderChanged: order };
    await new Promise((wake) => waiting.add(wake));
  }
}

async function* published(pubsub) {
  const events = await pubsub.subscribe('order');
  yield { orderChanged: order };
  yield* events;
}

const resolvers = (subscribe) => ({ ...reads, Subscription: { orderChanged: { subscribe } } });

async function startMercurius() {
  const app = Fastify({ logger: false });
  const onConnect = ({ payload }) => { const customer = customerOf(payload); return customer && { customer }; };
  const subscription = { onConnect };
  await app.register(mercurius, {
    schema: typeDefs, resolvers: resolvers((_root, _arguments, { pubsub }) => published(pubsub)), subscription, context: makeContext, jit: 1, graphiql: false,
  });
  await app.ready();
  publish = () => app.graphql.pubsub.publish({ topic: 'order', payload: { orderChanged: order } });
  await poll();
  await app.listen({ port: Number(PORT), host: '127.0.0.1' });
}

async function startGraphqlWs() {
  await poll();
  const schema = makeExecutableSchema({ typeDefs, resolvers: resolvers(() => orders()) });
  const onConnect = ({ connectionParams }) => customerOf(connectionParams) !== null;
  useServer({ schema, onConnect, context: makeContext }, new WebSocketServer({ port: Number(PORT), host: '127.0.0.1', path: '/graphql' }));
}

await { mercurius: startMercurius, 'graphql-ws': startGraphqlWs }[process.argv[2]]();
for (;;) {
  await sleep(POLL_SECONDS * 1000);
  await poll().catch(() => {});
}
