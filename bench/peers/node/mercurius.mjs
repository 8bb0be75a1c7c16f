// Mercurius on fastify; JIT=1 compiles a query at its first repetition, CACHED=1 keeps what its resolvers gave.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { CACHE_SECONDS, makeContext, resolvers, typeDefs } from './schema.mjs';

const app = Fastify({ logger: false });
const jit = Number(process.env.JIT ?? 0);
await app.register(mercurius, { schema: typeDefs, resolvers, context: makeContext, jit, graphiql: false });
if (process.env.CACHED) {
  const { default: cache } = await import('mercurius-cache');
  await app.register(cache, { ttl: CACHE_SECONDS, policy: { Query: { order: true }, Customer: { orders: true } } });
}
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
