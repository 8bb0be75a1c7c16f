// Mercurius on fastify; JIT=1 compiles a query at its first repetition.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { makeContext, resolvers, typeDefs } from './schema.mjs';

const app = Fastify({ logger: false });
const jit = Number(process.env.JIT ?? 0);
await app.register(mercurius, { schema: typeDefs, resolvers, context: makeContext, jit, graphiql: false });
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
